"""From runs to medians, spreads and ratios.

A variant is `LANGUAGE:PEER`, or only `PEER` for C and C++.  This library is the peer
`asyncresult`, also as `asyncresult-...` where there are several ways to use it.
"""
import collections
import statistics

Figure = collections.namedtuple("Figure", "median least most")


def figure(values):
    """The median of several runs, and their spread."""
    return Figure(statistics.median(values), min(values), max(values))


def language(variant):
    before, colon, _ = variant.partition(":")
    return before if colon else "c"


def is_ours(variant):
    peer = variant.rpartition(":")[2]
    return peer == "asyncresult" or peer.startswith("asyncresult-")


def figures(case, metric):
    """The Figure of a metric of one case of results, or None."""
    values = [run[metric] for run in case["runs"] if metric in run]
    return figure(values) if values else None


def table(cases, workload, metric):
    """variant -> Figure, of the cases that have the metric."""
    found = {case["variant"]: figures(case, metric)
             for case in cases if case["workload"] == workload}
    return {variant: value for variant, value in found.items() if value}


def best(variants, metric_table, more_is_better=False):
    """The best of some variants by its median, or None."""
    known = [variant for variant in variants if variant in metric_table]
    choose = max if more_is_better else min
    return choose(known, key=lambda name: metric_table[name].median, default=None)


def peers_of(variant, metric_table):
    """Whom a variant of ours is compared with: the others of its language, and for C
    those of C, C++ and Go."""
    mine = language(variant)
    compared = ("c", "go") if mine == "c" else (mine,)
    return [other for other in metric_table
            if not is_ours(other) and language(other) in compared]


def ratio(variant, other, metric_table):
    """How one median stands to another; None where there is none."""
    if variant not in metric_table or other not in metric_table:
        return None
    below = metric_table[other].median
    return metric_table[variant].median / below if below else None


def ratio_to_best(variant, metric_table, more_is_better=False, without=()):
    """(ratio, peer) of a variant of ours, or (None, None)."""
    peers = [peer for peer in peers_of(variant, metric_table) if peer not in without]
    peer = best(peers, metric_table, more_is_better)
    return ratio(variant, peer, metric_table), peer
