/*
 * Lazy maps whose input is a Lua function.
 *
 * The library asks for items inside the two calls here alone, so on the Lua thread and
 * below a Lua call of ours.  The input stands on the stack of that call, not in the
 * registry: an input that refers to its own iterator is garbage together with it.
 *
 * A Lua error must not pass through the library's frames: the input is called, and its
 * item converted, in call_protected().
 */
#include "support.h"

struct item {
    asyr_value *value; /* owned; NULL at the end of the input */
    asyr_error *error; /* owned: why it cannot cross */
};

/* Called with the item to fill and the input. */
static int read_item(lua_State *L)
{
    struct item *item = lua_touserdata(L, 1);
    lua_call(L, 0, 1);
    if (!lua_isnil(L, -1))
        item->value = glue_to_value(L, lua_gettop(L), &item->error);
    return 0;
}

static asyr_status read_input(void *arg, asyr_value **value, asyr_error **error)
{
    struct context *context = arg;
    struct item item = {NULL, NULL};
    asyr_error *failure =
        call_protected(context, read_item, &item, get_input(context));
    *value = item.value;
    *error = failure ? failure : item.error;
    if (*error)
        return asyr_error_get_code(*error);
    return *value ? ASYR_OK : ASYR_E_STOP;
}

asyr_status glue_imap_input(lua_State *L, asyr_pool *pool, asyr_function *function,
                            glue_index input, asyr_task_options *options,
                            asyr_iterator **iterator, asyr_error **error)
{
    luaL_checkstack(L, 16, "imap");
    struct context *context = get_context(L);
    struct entry outer = enter_context(context, (struct entry){L, input});
    asyr_status status = asyr_pool_imap_source(pool, function, read_input, context,
                                               NULL, options, iterator, error);
    leave_context(context, outer);
    return status;
}

glue_pushed glue_iterator_next(lua_State *L, asyr_iterator *iterator,
                               asyr_queue *queue, glue_index input, double deadline)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    struct slice slice = begin_slice((struct entry){L, input}, queue, deadline);
    /* What runs meanwhile may close the iterator. */
    asyr_iterator_ref(iterator);
    asyr_status status = asyr_iterator_next(
        iterator, slice.timeout_ns, get_interrupt(slice.context), &value, &error);
    asyr_iterator_unref(iterator);
    end_slice(&slice);
    if (status == ASYR_E_STOP) {
        asyr_error_unref(error);
        lua_pushnil(L);
        return 1;
    }
    glue_pushed count = answer_slice(L, &slice, status, error);
    if (count < 0 || status != ASYR_OK)
        return count;
    return glue_push_part(L, value) < 0 ? -1 : 2;
}

void glue_free_iterator(asyr_iterator *consumed)
{
    /* A call of next that runs this has a reference of its own. */
    asyr_iterator_cancel(consumed, NULL);
    asyr_iterator_unref(consumed);
}
