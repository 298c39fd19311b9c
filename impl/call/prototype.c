/*
 * The parser of C prototypes: recursive descent over tokens, one ahead.
 *
 *   prototype   = ["extern"] type name "(" parameters ")" [";"]
 *   parameters  = "void" | parameter {"," parameter} ["," "..." {"," parameter}]
 *   parameter   = type [name] ["[" size "]"]
 *   type        = specifiers {"*" qualifiers}
 *
 * What is passed must be known: a name that is no C type is taken for a typedef
 * whose size nobody told us, so it may stand before a "*" only, as may structs,
 * unions, enums and long double.  Function pointers are refused, and every word
 * that would change how a function is called (attributes, _Complex) is too.
 *
 * The parser stops at the first error.  Places are offsets into the text; the
 * caller keeps it next to the result.
 */
#include "prototype.h"

#include <string.h>

#include "../core/error.h"
#include "ctoken.h"
#include "excerpt.h"

#define PASSABLE "bool, an integer type (int, uint8_t, size_t, ...), float, double"

struct parser {
    const char *text;
    struct asyri_ctoken token; /* the one to look at */
    uint16_t end_of_last;      /* where the token before it ended */
    asyr_error **error;
};

/* What the words before the stars say. */
struct specifiers {
    struct asyri_ctoken first;
    uint32_t sum; /* of the basic words */
    bool is_typed;
    bool is_const;
    bool is_char;
    bool is_unknown_name;
    uint8_t kind;
};

static void advance(struct parser *parser)
{
    parser->end_of_last = parser->token.begin + parser->token.length;
    parser->token = asyri_ctoken_at(parser->text, parser->end_of_last);
}

static bool at_sign(const struct parser *parser, char sign)
{
    return parser->token.kind == ASYRI_CTOKEN_SIGN && parser->token.sign == sign;
}

static bool take_sign(struct parser *parser, char sign)
{
    if (!at_sign(parser, sign))
        return false;
    advance(parser);
    return true;
}

static const struct asyri_cword *word_at(const struct parser *parser)
{
    if (parser->token.kind != ASYRI_CTOKEN_NAME)
        return NULL;
    return asyri_cword_find(parser->text + parser->token.begin,
                            parser->token.length);
}

static bool take_word(struct parser *parser, const char *text)
{
    if (parser->token.kind != ASYRI_CTOKEN_NAME ||
        parser->token.length != strlen(text) ||
        memcmp(parser->text + parser->token.begin, text, strlen(text)) != 0)
        return false;
    advance(parser);
    return true;
}

/* Fail at `begin`, where `length` bytes were found (0: the end of the text). */
static asyr_status fail_at(struct parser *parser, size_t begin, size_t length,
                           const char *expected)
{
    struct asyri_excerpt all = asyri_excerpt(parser->text, strlen(parser->text));
    struct asyri_excerpt found = asyri_excerpt(parser->text + begin, length);
    if (length == 0)
        return asyri_fail(parser->error, ASYR_E_PROTOTYPE,
                          "column %zu of \"%s\": expected %s, found its end",
                          begin + 1, all.text, expected);
    return asyri_fail(parser->error, ASYR_E_PROTOTYPE,
                      "column %zu of \"%s\": expected %s, found \"%s\"", begin + 1,
                      all.text, expected, found.text);
}

static asyr_status fail_here(struct parser *parser, const char *expected)
{
    return fail_at(parser, parser->token.begin, parser->token.length, expected);
}

static asyr_status fail_since(struct parser *parser, struct asyri_ctoken first,
                              const char *expected)
{
    return fail_at(parser, first.begin, parser->end_of_last - first.begin, expected);
}

static void skip_qualifiers(struct parser *parser)
{
    const struct asyri_cword *word;
    while ((word = word_at(parser)) && word->meaning == ASYRI_CWORD_QUALIFIER)
        advance(parser);
}

static bool is_free_name(const struct parser *parser)
{
    return parser->token.kind == ASYRI_CTOKEN_NAME && !word_at(parser);
}

static asyr_status parse_basic(struct parser *parser, struct specifiers *specifiers,
                               uint32_t summand)
{
    bool is_other_type = specifiers->is_typed && specifiers->sum == 0;
    if (is_other_type ||
        !asyri_ctype_from_sum(specifiers->sum + summand, &specifiers->kind))
        return fail_here(parser, "a word that can follow this type");
    specifiers->sum += summand;
    specifiers->is_typed = true;
    specifiers->is_char = asyri_ctype_is_char(specifiers->sum);
    advance(parser);
    return ASYR_OK;
}

static asyr_status parse_tag(struct parser *parser, struct specifiers *specifiers)
{
    advance(parser);
    if (!is_free_name(parser))
        return fail_here(parser, "the name of the struct, union or enum");
    specifiers->is_typed = true;
    specifiers->kind = ASYRI_C_OPAQUE;
    advance(parser);
    return ASYR_OK;
}

/* Take the word if it belongs to the type; *done says that it does not. */
static asyr_status parse_specifier(struct parser *parser,
                                   struct specifiers *specifiers, bool *done)
{
    const struct asyri_cword *word = word_at(parser);
    enum asyri_cword_class meaning = word ? word->meaning : ASYRI_CWORD_UNKNOWN;
    *done = parser->token.kind != ASYRI_CTOKEN_NAME ||
            (specifiers->is_typed && meaning == ASYRI_CWORD_UNKNOWN);
    if (*done)
        return ASYR_OK;
    if (meaning == ASYRI_CWORD_BASIC)
        return parse_basic(parser, specifiers, word->value);
    if (meaning == ASYRI_CWORD_QUALIFIER) {
        specifiers->is_const |= word->value != 0;
        advance(parser);
        return ASYR_OK;
    }
    if (meaning == ASYRI_CWORD_RESERVED || specifiers->is_typed)
        return fail_here(parser, specifiers->is_typed
                                     ? "a word that can follow a type"
                                     : "a type");
    if (meaning == ASYRI_CWORD_TAG)
        return parse_tag(parser, specifiers);
    specifiers->is_typed = true;
    specifiers->is_unknown_name = !word;
    specifiers->kind = word ? (uint8_t)word->value : ASYRI_C_OPAQUE;
    advance(parser);
    return ASYR_OK;
}

static asyr_status parse_specifiers(struct parser *parser,
                                    struct specifiers *specifiers)
{
    *specifiers = (struct specifiers){.first = parser->token};
    bool done = false;
    while (!done) {
        asyr_status status = parse_specifier(parser, specifiers, &done);
        if (status != ASYR_OK)
            return status;
    }
    if (!specifiers->is_typed)
        return fail_here(parser, "a type");
    return ASYR_OK;
}

static void point_to(struct asyri_ctype *type, const struct specifiers *specifiers)
{
    bool is_second_star = type->kind == ASYRI_C_POINTER;
    type->pointee = is_second_star ? (uint8_t)ASYRI_C_OPAQUE : type->kind;
    type->pointee_is_char = !is_second_star && specifiers->is_char;
    type->pointee_is_const = !is_second_star && specifiers->is_const;
    type->kind = ASYRI_C_POINTER;
}

/* Specifiers and stars: the whole of a type but for what follows its name. */
static asyr_status parse_type(struct parser *parser, struct specifiers *specifiers,
                              struct asyri_ctype *type)
{
    asyr_status status = parse_specifiers(parser, specifiers);
    if (status != ASYR_OK)
        return status;
    *type = (struct asyri_ctype){.kind = specifiers->kind};
    while (take_sign(parser, '*')) {
        skip_qualifiers(parser);
        point_to(type, specifiers);
    }
    type->begin = specifiers->first.begin;
    type->length = parser->end_of_last - type->begin;
    if (at_sign(parser, '('))
        return specifiers->is_unknown_name && type->kind == ASYRI_C_OPAQUE
                   ? fail_since(parser, specifiers->first, "a type before the name")
                   : fail_here(parser, "a name; function pointers are not supported "
                                       "(spell one void *)");
    return ASYR_OK;
}

/* By value, only what is known through and through. */
static asyr_status check_passable(struct parser *parser,
                                  const struct asyri_ctype *type)
{
    if (type->kind == ASYRI_C_OPAQUE)
        return fail_at(parser, type->begin, type->length, PASSABLE " or a pointer");
    return ASYR_OK;
}

/* Inside the brackets: a size, names of sizes, "static", or nothing. */
static asyr_status parse_array(struct parser *parser,
                               const struct specifiers *specifiers,
                               struct asyri_ctype *type)
{
    asyr_status status = check_passable(parser, type);
    if (status != ASYR_OK)
        return status;
    while (!at_sign(parser, ']')) {
        enum asyri_ctoken_kind kind = parser->token.kind;
        if (kind != ASYRI_CTOKEN_NAME && kind != ASYRI_CTOKEN_NUMBER &&
            !at_sign(parser, '*') && !at_sign(parser, '+') && !at_sign(parser, '-'))
            return fail_here(parser, "a size or \"]\"");
        advance(parser);
    }
    advance(parser);
    if (at_sign(parser, '['))
        return fail_here(parser,
                         "\",\" or \")\"; arrays of arrays are not supported");
    if (type->kind == ASYRI_C_VOID)
        return fail_at(parser, type->begin, type->length, "a type that has a size");
    point_to(type, specifiers);
    type->length = parser->end_of_last - type->begin;
    return ASYR_OK;
}

static asyr_status parse_parameter(struct parser *parser, struct asyri_ctype *type)
{
    struct specifiers specifiers;
    asyr_status status = parse_type(parser, &specifiers, type);
    if (status != ASYR_OK)
        return status;
    if (is_free_name(parser))
        advance(parser);
    if (at_sign(parser, '('))
        return fail_here(parser,
                         "\",\" or \")\"; function pointers are not supported "
                         "(spell one void *)");
    if (take_sign(parser, '['))
        status = parse_array(parser, &specifiers, type);
    else
        status = check_passable(parser, type);
    if (status == ASYR_OK && type->kind == ASYRI_C_VOID)
        status =
            fail_at(parser, type->begin, type->length, PASSABLE " or a pointer");
    type->passed_as = type->kind;
    return status;
}

static asyr_status parse_next_parameter(struct parser *parser,
                                        struct asyri_prototype *prototype)
{
    _Static_assert(ASYRI_MAX_PARAMETERS == 64, "the message says 64");
    if (prototype->count == ASYRI_MAX_PARAMETERS)
        return fail_here(parser, "at most 64 parameters");
    struct asyri_ctype *type = &prototype->parameters[prototype->count];
    asyr_status status = parse_parameter(parser, type);
    if (status != ASYR_OK)
        return status;
    if (prototype->is_variadic)
        type->passed_as = asyri_ctype_promote(type->kind);
    else
        prototype->fixed_count++;
    prototype->count++;
    return ASYR_OK;
}

/* "(void)", and nothing else that begins with void. */
static bool take_lone_void(struct parser *parser)
{
    struct parser ahead = *parser;
    if (!take_word(&ahead, "void") || !at_sign(&ahead, ')'))
        return false;
    *parser = ahead;
    return true;
}

static asyr_status parse_parameters(struct parser *parser,
                                    struct asyri_prototype *prototype)
{
    if (at_sign(parser, ')'))
        return fail_here(parser, "parameters, or void for none");
    if (take_lone_void(parser))
        return ASYR_OK;
    do {
        if (parser->token.kind == ASYRI_CTOKEN_DOTS && prototype->count > 0 &&
            !prototype->is_variadic) {
            prototype->is_variadic = true;
            advance(parser);
            continue;
        }
        asyr_status status = parse_next_parameter(parser, prototype);
        if (status != ASYR_OK)
            return status;
    } while (take_sign(parser, ','));
    return ASYR_OK;
}

static asyr_status parse_name(struct parser *parser,
                              struct asyri_prototype *prototype)
{
    if (!is_free_name(parser))
        return fail_here(parser, "the name of the function");
    prototype->name_begin = parser->token.begin;
    prototype->name_length = parser->token.length;
    advance(parser);
    return ASYR_OK;
}

static asyr_status parse_head(struct parser *parser,
                              struct asyri_prototype *prototype)
{
    struct specifiers specifiers;
    take_word(parser, "extern");
    asyr_status status = parse_type(parser, &specifiers, &prototype->returns);
    if (status == ASYR_OK)
        status = check_passable(parser, &prototype->returns);
    if (status == ASYR_OK)
        status = parse_name(parser, prototype);
    prototype->returns.passed_as = prototype->returns.kind;
    return status;
}

static asyr_status parse_all(struct parser *parser,
                             struct asyri_prototype *prototype)
{
    asyr_status status = parse_head(parser, prototype);
    if (status != ASYR_OK)
        return status;
    if (!take_sign(parser, '('))
        return fail_here(parser, "\"(\"");
    status = parse_parameters(parser, prototype);
    if (status != ASYR_OK)
        return status;
    if (!take_sign(parser, ')'))
        return fail_here(parser, "\",\" or \")\"");
    take_sign(parser, ';');
    if (parser->token.kind != ASYRI_CTOKEN_END)
        return fail_here(parser, "the end of the prototype");
    return ASYR_OK;
}

asyr_status asyri_prototype_parse(const char *text,
                                  struct asyri_prototype *prototype,
                                  asyr_error **error)
{
    size_t length = strlen(text);
    if (length > ASYRI_MAX_PROTOTYPE)
        return asyri_fail(error, ASYR_E_PROTOTYPE,
                          "expected a prototype of at most %d bytes, found %zu",
                          ASYRI_MAX_PROTOTYPE, length);
    memset(prototype, 0, sizeof *prototype);
    struct parser parser = {.text = text, .error = error};
    parser.token = asyri_ctoken_at(text, 0);
    return parse_all(&parser, prototype);
}
