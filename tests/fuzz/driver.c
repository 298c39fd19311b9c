/*
 * Runs a fuzz target without a fuzzer: over each file of a corpus, then over texts
 * made from them by chance.
 *
 *     prototype_fuzz FOLDER [COUNT [SEED]]
 *
 * The seed is printed; with it, a run is repeated.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_FILES 256
#define MOST_BYTES 4200

struct input {
    uint8_t bytes[MOST_BYTES];
    size_t size;
};

static struct input corpus[MOST_FILES];
static size_t corpus_count;

static const char *const words[] = {
    "const ",  "unsigned ", "long ",   "int",       "char",   "*",
    ", ",      "...",       "(",       ")",         "[]",     "[3]",
    "void",    "struct ",   "uint8_t", "size_t",    "double", "float ",
    "bool",    "restrict ", "x",       "_Complex ", ";",      "\xc3\xbc",
    "enum e ", "extern "};

static uint64_t state;

/* Below `limit`, by xorshift. */
static size_t choose(size_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return limit ? (size_t)(state % limit) : 0;
}

static void replace(struct input *input, size_t at, size_t length, const void *bytes,
                    size_t size)
{
    if (input->size - length + size > MOST_BYTES)
        return;
    memmove(input->bytes + at + size, input->bytes + at + length,
            input->size - at - length);
    memcpy(input->bytes + at, bytes, size);
    input->size += size - length;
}

static void mutate(struct input *input)
{
    size_t at = choose(input->size + 1);
    size_t length = choose(input->size - at + 1);
    if (length > 8)
        length = 8;
    uint8_t byte = (uint8_t)choose(256);
    const char *word = words[choose(sizeof words / sizeof *words)];
    const struct input *other = &corpus[choose(corpus_count)];
    size_t from = choose(other->size);
    switch (choose(5)) {
    case 0:
        replace(input, at, length, "", 0);
        break;
    case 1:
        replace(input, at, 0, word, strlen(word));
        break;
    case 2:
        replace(input, at, length, word, strlen(word));
        break;
    case 3:
        replace(input, at, length ? 1 : 0, &byte, 1);
        break;
    default:
        replace(input, at, length, other->bytes + from, choose(other->size - from));
        break;
    }
}

static void run_mutations(long count)
{
    static struct input input;
    for (long i = 0; i < count; i++) {
        input = corpus[choose(corpus_count)];
        for (size_t n = choose(6) + 1; n > 0; n--)
            mutate(&input);
        LLVMFuzzerTestOneInput(input.bytes, input.size);
    }
}

static void read_input(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file || corpus_count == MOST_FILES) {
        fprintf(stderr, "prototype_fuzz: cannot read %s\n", path);
        exit(2);
    }
    struct input *input = &corpus[corpus_count++];
    input->size = fread(input->bytes, 1, sizeof input->bytes, file);
    fclose(file);
}

static void read_corpus(const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    while (entries && (entry = readdir(entries)))
        if (entry->d_name[0] != '.')
            read_input(folder, entry->d_name);
    if (entries)
        closedir(entries);
    if (corpus_count == 0) {
        fprintf(stderr, "prototype_fuzz: expected files in %s, found none\n",
                folder);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: prototype_fuzz FOLDER [COUNT [SEED]]\n");
        return 2;
    }
    read_corpus(argv[1]);
    long count = argc > 2 ? atol(argv[2]) : 0;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
    if (state == 0)
        state = 1;
    printf("%zu files, %ld mutations, seed %" PRIu64 "\n", corpus_count, count,
           state);
    fflush(stdout);
    for (size_t i = 0; i < corpus_count; i++)
        LLVMFuzzerTestOneInput(corpus[i].bytes, corpus[i].size);
    run_mutations(count);
    return 0;
}
