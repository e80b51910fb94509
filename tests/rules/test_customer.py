"""Who hears of what is changed about a customer."""

import pytest

from localmessages.rules import lifecycle
from localmessages.rules.consent import ConsentMethod, ConsentState
from localmessages.rules.ledger import change_consent
from tests.support.one_customer import AGENT, Scene


def rename(scene, talk):
    scene.customer.tell_everywhere(scene.now)


def block(scene, talk):
    lifecycle.block(scene.customer, scene.now, AGENT)


def unblock(scene, talk):
    lifecycle.block(scene.customer, scene.now, AGENT)
    scene.customer.happenings.clear()
    lifecycle.unblock(scene.customer, scene.now, AGENT)


def opt_out(scene, talk):
    change_consent(scene.customer, ConsentState.OPTED_OUT, ConsentMethod.MANUAL, scene.now, talk)


@pytest.mark.parametrize("deed", [rename, block, unblock, opt_out])
def test_every_inbox_that_shows_the_customer_hears_of_it_also_where_the_conversation_is_closed(deed):
    scene = Scene()
    talks = [scene.talk_of(scene.text(to=place)) for place in (scene.a, scene.b, scene.c)]
    scene.close(talks[1])
    scene.customer.happenings.clear()

    deed(scene, talks[0])

    assert {told.conversation_id for told in scene.customer.happenings} == {talk.id for talk in talks}
