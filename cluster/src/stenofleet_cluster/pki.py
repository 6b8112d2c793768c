"""The cluster's certificates: one authority, one serving certificate, one client for each part."""

import datetime as dt
import ipaddress
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stenofleet_cluster import addresses, authority
from stenofleet_cluster.errors import BrokenStateError

SERVING_NAMES = (
    "localhost",
    addresses.NODE_NAME,
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "metrics-server.kube-system.svc",
)
SERVING_ADDRESSES = ("127.0.0.1", addresses.NODE, addresses.API_SERVICE)


@dataclass(frozen=True)
class Client:
    """Somebody who calls the API server: a user and perhaps a group."""

    name: str
    user: str
    group: str = ""


CLIENTS = (
    Client("admin", "admin", "system:masters"),
    Client("controller-manager", "system:kube-controller-manager"),
    Client("scheduler", "system:kube-scheduler"),
    Client("proxy", "system:kube-proxy"),
    Client("kubelet", f"system:node:{addresses.NODE_NAME}", "system:nodes"),
    Client("coredns", "stenofleet:coredns"),
    Client("provisioner", "stenofleet:provisioner"),
    Client("metrics-server", "stenofleet:metrics-server"),
    Client("front-proxy", "front-proxy"),
)
ISSUED = ("serving", *(client.name for client in CLIENTS))
SERVICE_ACCOUNT_KEY = "service-account"


def ensure(folder: Path) -> None:
    """Make all certificates when there are none, and check them when there are.

    Raises:
        BrokenStateError: Some are missing, unreadable, out of date or of another authority.
    """
    if not folder.exists():
        _create(folder)
        return
    try:
        _check(folder)
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        raise BrokenStateError(f"the certificates in {folder} cannot be used: {error}") from error


def _check(folder: Path) -> None:
    issuer = _read(folder, "ca")
    now = dt.datetime.now(dt.UTC)
    for name in ISSUED:
        certificate = _read(folder, name)
        certificate.verify_directly_issued_by(issuer)
        _names_its_keys(certificate)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise ValueError(f"{name}.crt is valid until {certificate.not_valid_after_utc}")
    for name in ("ca", SERVICE_ACCOUNT_KEY, *ISSUED):
        serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    serialization.load_pem_public_key((folder / f"{SERVICE_ACCOUNT_KEY}.pub").read_bytes())


def _names_its_keys(certificate: x509.Certificate) -> None:
    try:
        certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound as missing:
        raise ValueError(f"{certificate.subject.rfc4514_string()}: {missing}") from missing


def _read(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())


def _create(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".pki-", dir=folder.parent))
    try:
        _write_all(draft)
        # All or none: a crash leaves no half set behind.
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_all(folder: Path) -> None:
    issuer = authority.Authority(ec.generate_private_key(ec.SECP256R1()))
    authority.write(folder, "ca", issuer.key, issuer.certificate)
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVING_NAMES]
    names += [x509.IPAddress(ipaddress.ip_address(text)) for text in SERVING_ADDRESSES]
    subject = authority.subject("stenofleet-cluster")
    authority.issue(folder, issuer, "serving", subject, names)
    for client in CLIENTS:
        subject = authority.subject(client.user, client.group)
        authority.issue(folder, issuer, client.name, subject)
    key = ec.generate_private_key(ec.SECP256R1())
    authority.write(folder, SERVICE_ACCOUNT_KEY, key)
    (folder / f"{SERVICE_ACCOUNT_KEY}.pub").write_bytes(authority.public_pem(key))
