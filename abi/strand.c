/* The exported functions of strands. */
#include "check.h"

#include "../impl/pool/strand.h"

asyr_status asyr_strand_new(asyr_pool *pool, int32_t kind, asyr_strand **strand,
                            asyr_error **error)
{
    ASYRI_CLEAR(strand);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(strand, error);
    ASYRI_REQUIRE(kind == ASYR_STRAND_SERIAL || kind == ASYR_STRAND_PINNED, error,
                  "%s: expected a kind of strand, found %d", __func__, (int)kind);
    return asyri_strand_new(pool, kind, strand, error);
}

asyr_strand *asyr_strand_ref(asyr_strand *strand)
{
    return asyri_strand_ref(strand);
}

void asyr_strand_unref(asyr_strand *strand)
{
    if (strand && !asyri_is_forked(strand->generation))
        asyri_strand_unref(strand);
}
