"""One thing of every kind that is of Khon Kaen (40), and that nobody of another province is to see."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from fleet.devices.models import PlannedSettings
from fleet.office.channels.models import Channel, Ticket
from fleet.office.register.models import Run, Stage
from fleet.people.models import Membership, Role
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.models import Kind, Rollout
from fleet.webhooks.models import Subscription

THEIRS = 40


def person_there() -> User:
    """An account with a role there."""
    found: User = User.objects.get_or_create(username="somebody elsewhere")[0]
    Membership.objects.get_or_create(user=found, role=Role.OFFICER, dopa_code=THEIRS)
    return found


def ticket_there() -> Ticket:
    """Something told to its office."""
    channel = Channel.objects.filter(office_id="KKN")[0]
    return Ticket.objects.create(
        number="7K2M9Q4XTZ", office_id="KKN", channel=channel, text="ตัวอย่าง", language="th", token="t",
        opened_at=timezone.now(), due_on=timezone.localdate(),
    )  # fmt: skip


def rollout_there() -> Rollout:
    """A roll-out of its own settings."""
    now = timezone.now()
    return Rollout.objects.create(
        kind=Kind.SETTINGS, settings_layer="province", settings_key=str(THEIRS), document={}, province=THEIRS,
        plan={"waves": []}, reason="ตัวอย่าง", created_at=now, state=RolloutState.DONE, state_since=now,
    )  # fmt: skip


def planned_there() -> PlannedSettings:
    """A change of its settings that waits."""
    return PlannedSettings.objects.create(
        layer="province", key=str(THEIRS), dopa_code=THEIRS, base=0, document={}, reason="ตัวอย่าง",
        state=PlannedSettings.State.ASKED, asked_at=timezone.now(),
    )  # fmt: skip


def run_there() -> Run:
    """A file of its register, checked."""
    return Run.objects.create(
        office_id="KKN", file_name="x.csv", sha256="", size_bytes=1, made_by_name="somebody", stage=Stage.CHECKED,
    )  # fmt: skip


def webhook_there() -> Subscription:
    """A subscription of somebody there."""
    return Subscription.objects.create(
        person=person_there(), name="ตัวอย่าง", address="https://hooks.example/", kinds=["kiosk.offline"],
        made_at=timezone.now(),
    )  # fmt: skip
