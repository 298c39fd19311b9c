/*
 * Items, one at a time and as late as possible.
 *
 * Standard input is read in blocks and only when the caller's poll says that
 * there is something, so finished rows never wait for the next line of a slow
 * writer, and no more than one block and one line are held.
 */
#include "input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };

void input_init(struct input *input, char **operands, int separator)
{
    struct stat status;

    *input = (struct input){.operands = operands, .separator = separator};
    if (!operands && fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode))
        input->size = (double)status.st_size;
}

void input_free(struct input *input)
{
    buffer_free(&input->buffer);
}

static bool next_operand(struct input *input, const char **text, size_t *length)
{
    if (!*input->operands) {
        input->ended = true;
        return false;
    }
    *text = *input->operands++;
    *length = strlen(*text);
    return true;
}

static bool hand_out(struct input *input, size_t end, size_t skip, const char **text,
                     size_t *length)
{
    *text = input->buffer.data + input->start;
    *length = end - input->start;
    input->handed_out += (double)(*length + skip);
    input->start = end + skip;
    input->searched = input->start;
    return true;
}

bool input_next(struct input *input, const char **text, size_t *length)
{
    const char *end;

    if (input->operands)
        return next_operand(input, text, length);
    if (input->searched < input->buffer.length) {
        end = memchr(input->buffer.data + input->searched, input->separator,
                     input->buffer.length - input->searched);
        if (end)
            return hand_out(input, (size_t)(end - input->buffer.data), 1, text,
                            length);
        input->searched = input->buffer.length;
    }
    if (input->ended && input->start < input->buffer.length)
        return hand_out(input, input->buffer.length, 0, text, length);
    return false;
}

bool input_is_exhausted(const struct input *input)
{
    return input->ended && (input->operands || input->start == input->buffer.length);
}

static void drop_handed_out(struct input *input)
{
    struct buffer *buffer = &input->buffer;

    if (input->start == 0)
        return;
    buffer->length -= input->start;
    memmove(buffer->data, buffer->data + input->start, buffer->length);
    input->searched -= input->start;
    input->start = 0;
}

int input_fill(struct input *input)
{
    ssize_t got;

    drop_handed_out(input);
    got = read(STDIN_FILENO, buffer_reserve(&input->buffer, BLOCK), BLOCK);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;
    input->ended = got == 0;
    input->buffer.length += (size_t)got;
    return 0;
}
