"""What a province is to sign of its settings: the documents in force, and what kiosks are told of them is the same."""

from __future__ import annotations

import msgspec

from fleet.devices.desired import change_settings, desired_of
from fleet.devices.models import Kiosk, Layer, Outgoing
from fleet.devices.signed_layers import layers_of, tell_again
from fleet.protocol.messages import Desired, decode, encode
from fleet.protocol.trust import document_sha256, layer_path


def test_every_layer_a_kiosk_is_told_is_there_with_its_hash() -> None:
    change_settings(Layer.PROVINCE, "20", {"services": ["pay-fee", "manuals"]}, None, "test")
    change_settings(Layer.KIOSK, "CBI-02", {"greeting": {"th": "เชิญ", "en": "Come in"}}, None, "test")
    found = layers_of("settings-20")
    told = decode(encode(desired_of(Kiosk.objects.select_related("office").get(pk="CBI-02"))), Desired)
    keys = {"province": "", "office": "CBI", "kiosk": "CBI-02"}
    for layer in told.layers:
        if layer.layer in keys:
            signed = found[layer_path("settings-20", layer.layer, keys[layer.layer])]
            assert (signed.revision, signed.sha256) == (layer.revision, document_sha256(layer.document))
    assert {each.layer for each in told.layers} >= {"national", *keys}


def test_a_province_signs_nothing_of_another_and_nothing_of_all() -> None:
    change_settings(Layer.PROVINCE, "40", {"services": []}, None, "test")
    assert not any("KKN" in path for path in layers_of("settings-20"))
    assert list(layers_of("settings-national")) == ["settings-national/national/all"]


def test_only_the_newest_revision_is_signed() -> None:
    change_settings(Layer.PROVINCE, "20", {"services": []}, None, "first")
    change_settings(Layer.PROVINCE, "20", {"services": ["pay-fee"]}, None, "second")
    (signed,) = (layer for path, layer in layers_of("settings-20").items() if "/province/" in path)
    assert msgspec.to_builtins(signed)["revision"] == 2


def test_the_kiosks_that_wait_for_it_are_told_again() -> None:
    Outgoing.objects.all().delete()
    assert tell_again("settings-20") == Kiosk.objects.filter(office__province_id=20).count() > 0
    assert {message.topic.split("/")[3] for message in Outgoing.objects.all()} == set(
        Kiosk.objects.filter(office__province_id=20).values_list("pk", flat=True)
    )
