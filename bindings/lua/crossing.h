/*
 * Crossing: values of Lua on their way from one Lua state to another.
 *
 * What the library has a value for (a number, a string, a box) goes as that.  A table
 * or a function goes as a packet: bytes that any Lua state of this process reads, and
 * references to the handles among them.  To the library a packet is an array.
 */
#ifndef GLUE_CROSSING_H
#define GLUE_CROSSING_H

#include "support.h"

/* How deep tables and functions may nest. */
#define CROSSING_DEPTH ASYR_MAX_DEPTH

/* What the bytes of a packet consist of. */
enum tag {
    TAG_NIL,
    TAG_FALSE,
    TAG_TRUE,
    TAG_INTEGER,
    TAG_NUMBER,
    TAG_STRING,
    TAG_LIGHT,
    TAG_NAME,  /* by module and field, through package.loaded */
    TAG_AGAIN, /* a table or function that came before */
    TAG_TABLE, /* its sizes, keys and items, TAG_END, its metatable */
    TAG_END,
    TAG_FUNCTION, /* its code, its upvalues, in Lua 5.1 its environment */
    TAG_SHARED,   /* an upvalue that came before */
    TAG_HELD,     /* a handle */
    TAG_RESULT,   /* a handle, and the pool */
    TAG_BOX,
    TAG_ERRORS, /* the metatable of errors */
    TAG_ADOPTED /* what a module makes again of a table */
};

enum packet_kind { PACKET_VALUE, PACKET_ARGUMENTS };

/* A handle that a packet refers to. */
struct held {
    const struct handle_kind *kind; /* NULL for a box */
    void *object;                   /* owned by the packet */
};

struct packet {
    const void *tag; /* says that it is one */
    int32_t kind;
    int32_t count; /* of arguments */
    int64_t held_count;
    struct held *held;
    size_t length;
    unsigned char bytes[];
};

/* packet.c */
/* Takes references to what is held. */
asyr_value *new_packet(enum packet_kind kind, int32_t count, const void *bytes,
                       size_t length, const struct held *held, size_t held_count,
                       asyr_error **error);
/* NULL for any other value. */
const struct packet *to_packet(asyr_value *value);
bool is_same_packet(asyr_value *a, asyr_value *b);

/* encode.c: each answers an owned value, or NULL with the error, whose message begins
 * with `what` and goes on with the place. */
asyr_value *cross_value(lua_State *L, int index, const char *what,
                        asyr_error **error);
/* The values from `first` to the top, as a list for a task. */
asyr_value *cross_stack(lua_State *L, int first, const char *what,
                        asyr_error **error);
/* The Lua function at `index`, always as a packet. */
asyr_value *cross_function(lua_State *L, int index, asyr_error **error);

/* cross_lists.c */
asyr_value *cross_arguments(lua_State *L, int index, asyr_error **error);

/* decode.c: push what is in a packet, and answer how many values; may raise. */
int push_packet(lua_State *L, const struct packet *packet);

/* names.c */
/* Push the table of names, made anew when modules were loaded since. */
void push_names(lua_State *L);
void push_names_anew(lua_State *L);
/* Push what a name stands for; may raise. */
void push_named(lua_State *L, const char *module, size_t module_length,
                const char *field, size_t field_length);
/* Push require(module); may raise. */
void push_module(lua_State *L, const char *module);

#endif
