import pytest

from garboard.net.egress import is_inward, is_inward_name


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "100.100.100.200",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::1",
    ],
)
def test_addresses_that_no_stranger_may_name(address):
    assert is_inward(address)


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.16.0.9", "192.168.1.1", "151.101.2.132", "fd12:3456::1", "2a04:4e42::644", "64:ff9b::9765:284",
     "100.64.0.1", "2002:9765:284::1"],
)  # fmt: skip
def test_other_addresses_and_private_networks(address):
    assert not is_inward(address)


def test_names():
    assert all(
        map(is_inward_name, ("localhost", "LOCALHOST.", "x.localhost", "metadata.google.internal", "metadata.goog."))
    )
    assert not any(map(is_inward_name, ("deb.debian.org", "localhost.example", "mylocalhost", "metadata.example")))
