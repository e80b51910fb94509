"""The page for who runs it says what there is: every setting, every metric, every limit."""

import re
from dataclasses import asdict

from prometheus_client.metrics import MetricWrapperBase

from graph.limits import Limits
from localmessages import metrics
from tests.support.settings_table import PAGE, ROOT, page


def test_the_table_of_settings_is_that_of_the_settings() -> None:
    assert PAGE.read_text() == page(), "run `python -m tests.support.settings_table`"


def test_every_metric_is_there_with_its_labels() -> None:
    told = PAGE.read_text()
    made = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    for each in made:
        name = each._name.removeprefix("localmessages_") + ("_total" if each._type == "counter" else "")
        labels = f"{{{','.join(each._labelnames)}}}" if each._labelnames else ""
        assert f"`{name}{labels}`" in told, f"{name}{labels}"
    for name in re.findall(r"localmessages_(\w+?)(?:_bucket)?[{\[ ]", told):
        assert name.removesuffix("_total") in {each._name.removeprefix("localmessages_") for each in made}, (
            name
        )


def test_the_page_about_limits_has_the_defaults() -> None:
    told = (ROOT / "docs" / "limits.md").read_text()
    for name, value in asdict(Limits()).items():
        assert re.search(rf"\b{value:,}\b", told), name
