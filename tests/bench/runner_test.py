"""Tests of the runner's arithmetic, its budget and its pictures."""
import unittest
import xml.etree.ElementTree

from runner import bars, figures, lines, measure, overview, programs, svg, targets
from runner import workloads


def case(workload, variant, *values, metric="ns_per_task"):
    return {"workload": workload, "variant": variant,
            "runs": [{metric: value} for value in values]}


CASES = [
    case("W1", "asyncresult", 40, 30, 50),
    case("W1", "asyncresult-batch", 20, 20, 21),
    case("W1", "onetbb", 200, 220, 100),
    case("W1", "libuv", 400, 400, 400),
    case("W1", "go:asyncresult", 900, 1000, 1100),
    case("W1", "go:worker-pool", 160, 160, 160),
    case("W1", "go:goroutines", 500, 500, 500),
    case("W5", "onetbb", 0.9, metric="efficiency"),
    case("W5", "libuv", 0.95, metric="efficiency"),
]


class FiguresTest(unittest.TestCase):
    def test_median_of_odd_and_even_counts_with_spread(self):
        self.assertEqual(figures.figure([5, 1, 3]), (3, 1, 5))
        self.assertEqual(figures.figure([4, 1, 3, 2]), (2.5, 1, 4))

    def test_table_leaves_out_cases_without_the_metric(self):
        table = figures.table(CASES, "W5", "ns_per_task")
        self.assertEqual(table, {})

    def test_c_is_compared_with_peers_of_c_and_go(self):
        table = figures.table(CASES + [case("W1", "lua:luv", 1)], "W1", "ns_per_task")
        self.assertEqual(figures.ratio_to_best("asyncresult", table), (0.25, "go:worker-pool"))
        self.assertEqual(figures.ratio_to_best("asyncresult", table, without=("go:worker-pool",)),
                         (0.2, "onetbb"))

    def test_language_is_compared_with_its_own_peers(self):
        table = figures.table(CASES, "W1", "ns_per_task")
        del table["go:worker-pool"]
        self.assertEqual(figures.ratio_to_best("go:asyncresult", table), (2, "go:goroutines"))

    def test_other_ways_to_use_this_library_are_no_peers(self):
        table = figures.table(CASES, "W1", "ns_per_task")
        self.assertNotIn("asyncresult-batch", figures.peers_of("asyncresult", table))
        self.assertFalse(figures.is_ours("asyncresults"))
        self.assertTrue(figures.is_ours("lua:asyncresult-batch"))

    def test_best_is_the_most_where_more_is_better(self):
        table = figures.table(CASES, "W5", "efficiency")
        self.assertEqual(figures.best(table, table), "onetbb")
        self.assertEqual(figures.best(table, table, more_is_better=True), "libuv")

    def test_ratio_to_nothing_or_to_zero_is_none(self):
        table = {"a": figures.figure([1]), "b": figures.figure([0])}
        self.assertIsNone(figures.ratio("a", "b", table))
        self.assertIsNone(figures.ratio("a", "c", table))
        self.assertEqual(figures.ratio_to_best("asyncresult", {}), (None, None))


class TargetsTest(unittest.TestCase):
    def outcome(self, text, measure_, limit, more=False):
        return targets.outcome(targets.Target("W1", text, measure_, limit, more), CASES)

    def test_at_most_is_met_at_the_limit(self):
        to_best = targets.to_best("ns_per_task")
        self.assertTrue(self.outcome("", to_best, 0.25).met)
        self.assertFalse(self.outcome("", to_best, 0.24).met)

    def test_at_least_is_met_at_the_limit(self):
        value = targets.value_of("ns_per_task", "libuv")
        self.assertTrue(self.outcome("", value, 400, more=True).met)
        self.assertFalse(self.outcome("", value, 401, more=True).met)

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        found = self.outcome("", targets.value_of("ns_per_task", "nobody"), 1)
        self.assertIsNone(found.met)

    def test_every_target_is_of_a_known_workload_and_metric(self):
        names = {workload.name for workload in workloads.ALL}
        for target in targets.ALL:
            self.assertIn(target.workload, names)
            targets.outcome(target, [])


class Clock:
    def __init__(self, *times):
        self.times = list(times)

    def __call__(self):
        return self.times.pop(0)


class BudgetTest(unittest.TestCase):
    def test_three_rounds_run_however_long_they_take(self):
        budget = measure.Budget(1, 5, Clock(0, 9999))
        self.assertTrue(budget.has_round(2))
        self.assertFalse(budget.has_round(3))

    def test_a_round_begins_only_if_it_can_end_in_time(self):
        self.assertTrue(measure.Budget(1, 5, Clock(0, 45)).has_round(3))
        self.assertFalse(measure.Budget(1, 5, Clock(0, 46)).has_round(3))

    def test_no_more_rounds_than_asked_for(self):
        self.assertFalse(measure.Budget(1, 1, Clock(0)).has_round(1))


class ChosenTest(unittest.TestCase):
    cases = [programs.Case(name, "x", []) for name in ("W8", "W3-4", "new", "W3-2", "W1u", "W1")]

    def names(self, *only):
        return [case.workload for case in measure.chosen(self.cases, set(only))]

    def test_order_is_that_of_the_list_with_the_unknown_last(self):
        self.assertEqual(self.names(), ["W1", "W1u", "W3-2", "W3-4", "W8", "new"])

    def test_a_name_also_means_its_variations(self):
        self.assertEqual(self.names("W3"), ["W3-2", "W3-4"])
        self.assertEqual(self.names("W1"), ["W1"])


class PictureTest(unittest.TestCase):
    metric = workloads.PER_TASK

    def bars_of(self, table, metric=metric):
        root = xml.etree.ElementTree.fromstring(bars.bar_chart("<t>", metric, table))
        return [(rect.get("class"), float(rect.get("width")))
                for rect in root.iter("{http://www.w3.org/2000/svg}rect") if rect.get("x")]

    def test_bars_are_sorted_and_each_decade_is_as_long(self):
        table = {name: figures.figure([value]) for name, value in
                 (("c", 1000), ("asyncresult", 10), ("b", 100))}
        drawn = self.bars_of(table)
        self.assertEqual([kind for kind, _ in drawn], ["ours", "peer", "peer"])
        first, second, third = (width for _, width in drawn)
        self.assertAlmostEqual(second - first, third - second, delta=0.2)

    def test_zero_can_be_drawn(self):
        self.assertEqual(len(self.bars_of({"a": figures.figure([0])})), 1)

    def test_efficiency_is_drawn_with_the_most_first(self):
        table = {"a": figures.figure([0.5]), "asyncresult": figures.figure([1])}
        kinds = [kind for kind, _ in self.bars_of(table, workloads.EFFICIENCY)]
        self.assertEqual(kinds, ["ours", "peer"])

    def test_overview_tells_how_many_times_as_good(self):
        found = list(overview.rows(CASES, lambda variant: variant == "asyncresult"))
        self.assertEqual(found, [("W1", 4, "go:worker-pool")])
        ours = case("W5", "asyncresult-range", 1.9, metric="efficiency")
        found = list(overview.rows(CASES + [ours], lambda variant: variant == "asyncresult-range"))
        self.assertEqual(found, [("W5 range", 2, "libuv")])

    def test_overview_has_the_worse_to_the_left_of_one(self):
        root = xml.etree.ElementTree.fromstring(
            overview.picture("t", [("W1", 4, "a"), ("W2h", 0.5, "b")]))
        better, worse = [rect for rect in root.iter("{http://www.w3.org/2000/svg}rect")
                         if rect.get("x")]
        self.assertEqual((better.get("class"), worse.get("class")), ("ours", "peer"))
        end = float(worse.get("x")) + float(worse.get("width"))
        self.assertAlmostEqual(end, float(better.get("x")), delta=0.2)

    def test_lines_are_well_formed(self):
        points = {"asyncresult": {1: 30, 2: 20}, "a&b": {1: 300.5, 2: 200}}
        root = xml.etree.ElementTree.fromstring(lines.line_chart("t", self.metric, points))
        self.assertEqual(len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))), 2)

    def test_numbers_have_three_digits_that_count(self):
        shown = [svg.number(value) for value in (0, 0.9951, 3.14159, 34.56, 1234.5, 0.00123)]
        self.assertEqual(shown, ["0", "0.995", "3.14", "34.6", "1,234", "0.001"])


if __name__ == "__main__":
    unittest.main()
