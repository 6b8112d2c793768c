"""The cluster's certificates: one authority, one serving certificate, one client for each part."""

import datetime as dt
import ipaddress
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stenofleet_cluster import addresses
from stenofleet_cluster.errors import BrokenStateError

LIFETIME = dt.timedelta(days=3650)
CLOCK_SKEW = dt.timedelta(hours=1)
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
    authority = _read(folder, "ca")
    now = dt.datetime.now(dt.UTC)
    for name in ISSUED:
        certificate = _read(folder, name)
        certificate.verify_directly_issued_by(authority)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise ValueError(f"{name}.crt is valid until {certificate.not_valid_after_utc}")
    for name in ("ca", SERVICE_ACCOUNT_KEY, *ISSUED):
        serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    serialization.load_pem_public_key((folder / f"{SERVICE_ACCOUNT_KEY}.pub").read_bytes())


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
    authority = _Authority(ec.generate_private_key(ec.SECP256R1()))
    _write(folder, "ca", authority.key, authority.certificate)
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVING_NAMES]
    names += [x509.IPAddress(ipaddress.ip_address(text)) for text in SERVING_ADDRESSES]
    _issue(folder, authority, "serving", _subject("stenofleet-cluster"), names)
    for client in CLIENTS:
        _issue(folder, authority, client.name, _subject(client.user, client.group))
    key = ec.generate_private_key(ec.SECP256R1())
    _write(folder, SERVICE_ACCOUNT_KEY, key)
    (folder / f"{SERVICE_ACCOUNT_KEY}.pub").write_bytes(_public_pem(key))


class _Authority:
    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self.key = key
        self.name = _subject("stenofleet-cluster-ca")
        limits = x509.BasicConstraints(ca=True, path_length=0)
        builder = self.template(self.name, key).add_extension(limits, critical=True)
        self.certificate = builder.sign(key, hashes.SHA256())

    def template(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SKEW)
            .not_valid_after(now + LIFETIME)
        )


def _issue(
    folder: Path,
    authority: _Authority,
    name: str,
    subject: x509.Name,
    names: Iterable[x509.GeneralName] = (),
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    builder = authority.template(subject, key).add_extension(uses, critical=False)
    if alternatives := list(names):
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    _write(folder, name, key, builder.sign(authority.key, hashes.SHA256()))


def _subject(user: str, group: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
    if group:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    return x509.Name(attributes)


def _write(
    folder: Path,
    name: str,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate | None = None,
) -> None:
    path = folder / f"{name}.key"
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    if certificate:
        (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _public_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
