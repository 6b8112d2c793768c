"""Generated credentials: one for each server, the same wherever a rendering names them."""

import base64
import hashlib
from urllib.parse import urlsplit

from support.chart import CASES, FULLNAME, OWN_POOL, Values, containers, env, of_kind, pods, render


def test_url_and_password_of_a_server_agree() -> None:
    secrets = of_kind(render(), "Secret")
    for name, host in (("redis", f"{FULLNAME}-redis"), ("postgresql", f"{FULLNAME}-postgresql")):
        data = secrets[name]["stringData"]
        url = urlsplit(data["url"])
        assert url.password == data["password"]
        assert url.hostname == host


def test_passwords_are_long_differ_and_need_no_quoting_in_a_url() -> None:
    secrets = of_kind(render(), "Secret")
    passwords = [
        secrets["redis"]["stringData"]["password"],
        secrets["postgresql"]["stringData"]["password"],
        secrets["secret-key"]["stringData"]["secret-key"],
    ]
    assert len(set(passwords)) == 3
    assert all(len(each) >= 32 and each.isalnum() for each in passwords)


def test_no_password_stands_outside_of_a_secret() -> None:
    objects = render()
    secrets = of_kind(objects, "Secret")
    hidden = {
        value
        for secret in secrets.values()
        for key, value in secret["stringData"].items()
        if key != "users.acl"
    }
    hidden |= {base64.b64encode(value.encode()).decode() for value in hidden}
    for found in objects:
        if found["kind"] != "Secret":
            assert not [value for value in hidden if value in str(found)], found["kind"]


def test_redis_keeps_only_hashes_of_passwords_in_its_user_file() -> None:
    secrets = of_kind(render(), "Secret")
    users = secrets["redis"]["stringData"]["users.acl"]
    assert users.startswith("user default on #")
    for name, secret in secrets.items():
        if name.startswith("redis-"):
            password = secret["stringData"]["password"]
            assert password not in users
            assert hashlib.sha256(password.encode()).hexdigest() in users


TLS = {"redis": {"tls": {"enabled": True, "certificateSecret": "redis-tls"}}}


def test_with_tls_every_url_says_so_and_every_client_can_check_the_certificate() -> None:
    objects = render(TLS)
    config = of_kind(objects, "ConfigMap")["redis"]["data"]["redis.conf"]
    assert "port 0\ntls-port 6379\n" in config
    for name, secret in of_kind(objects, "Secret").items():
        if name.startswith("redis"):
            url = secret["stringData"]["url"]
            assert url.startswith("rediss://")
            assert url.endswith("?ssl_cert_reqs=required&ssl_ca_certs=/etc/stenofleet/redis/ca.crt")
    for name, template in pods(objects):
        container = template["spec"]["containers"][0]
        if "REDIS_URL" in env(container):
            mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
            assert "/etc/stenofleet/redis" in mounts, name


def test_with_tls_the_operator_gets_the_certificate_by_the_pool() -> None:
    objects = render(TLS)
    ca = {"name": "redis-tls", "key": "ca.crt"}
    for pool in of_kind(objects, "WorkerPool").values():
        assert pool["spec"]["broker"]["caSecretRef"] == ca
    rules = of_kind(objects, "Role")["operator"]["rules"]
    (named,) = (rule["resourceNames"] for rule in rules if "secrets" in rule["resources"])
    assert named == [f"{FULLNAME}-redis-operator", "redis-tls"]


def test_an_external_redis_may_have_an_authority_of_its_own() -> None:
    ca = {"name": "my-ca", "key": "root.pem"}
    redis = {"externalUrlSecret": {"name": "my-redis"}, "externalCaSecret": ca}
    objects = render({"redis": redis})
    assert of_kind(objects, "WorkerPool")["core"]["spec"]["broker"]["caSecretRef"] == ca
    volumes = dict(pods(objects))["Deployment api"]["spec"]["volumes"]
    assert {
        "name": "redis-ca",
        "secret": {"secretName": "my-ca", "items": [{"key": "root.pem", "path": "ca.crt"}]},
    } in volumes


SENTINEL: Values = {
    "redis": {
        "externalUrlSecret": {"name": "my-redis"},
        "externalCaSecret": {"name": "my-ca"},
        "sentinel": {"masterName": "steno", "passwordSecret": {"name": "my-watch"}},
    },
    "workers": {"mail": {**OWN_POOL, "broker": {"urlSecretRef": {"name": "theirs", "key": "url"}}}},
}


def test_behind_sentinels_every_client_of_redis_knows_the_master_and_the_authority() -> None:
    told = {
        "REDIS_SENTINEL_MASTER": "steno",
        "REDIS_SENTINEL_PASSWORD": {"secretKeyRef": {"name": "my-watch", "key": "password"}},
        "REDIS_CA_FILE": "/etc/stenofleet/redis/ca.crt",
    }
    variables = {
        name: env(template["spec"]["containers"][0])
        for name, template in pods(render(SENTINEL))
        if "REDIS_URL" in env(template["spec"]["containers"][0])
    }
    assert not set(told) & set(variables.pop("Deployment worker-mail"))
    assert len(variables) == 5
    assert all(told.items() <= each.items() for each in variables.values())


def test_behind_sentinels_pools_say_so_and_the_operator_may_read_the_password() -> None:
    objects = render(SENTINEL)
    pools = of_kind(objects, "WorkerPool")
    assert pools["core"]["spec"]["broker"]["sentinel"] == {
        "masterName": "steno",
        "passwordSecretRef": {"name": "my-watch", "key": "password"},
    }
    assert set(pools["mail"]["spec"]["broker"]) == {"urlSecretRef"}
    rules = of_kind(objects, "Role")["operator"]["rules"]
    (named,) = (rule["resourceNames"] for rule in rules if "secrets" in rule["resources"])
    assert named == ["my-ca", "my-redis", "my-watch", "theirs"]


def test_pods_that_share_a_configuration_share_its_checksum() -> None:
    checksums = {
        name: template["metadata"]["annotations"]["checksum/config"]
        for name, template in pods(render())
        if "checksum/config" in template["metadata"].get("annotations", {}) and "redis" not in name
    }
    assert set(checksums) == {
        *("Deployment api", "Deployment beat"),
        *("Deployment worker-core", "Deployment worker-logs", "Deployment worker-transcription"),
    }
    assert len(set(checksums.values())) == 1


def test_a_changed_setting_replaces_the_pods_that_read_it() -> None:
    external = CASES["everything external"]
    quiet = {
        template["metadata"]["annotations"].get("checksum/config")
        for name, template in pods(render(external))
        if name == "Deployment api"
    }
    loud = {
        template["metadata"]["annotations"].get("checksum/config")
        for name, template in pods(render({**external, "settings": {"logLevel": "DEBUG"}}))
        if name == "Deployment api"
    }
    assert quiet.isdisjoint(loud)


def test_existing_secrets_replace_servers_and_generated_credentials() -> None:
    objects = render(CASES["everything external"])
    assert not of_kind(objects, "Secret")
    assert not of_kind(objects, "StatefulSet")
    assert not of_kind(objects, "PersistentVolumeClaim")
    api = next(template for name, template in pods(objects) if name == "Deployment api")
    variables = env(containers(api)[1])
    references = {
        "REDIS_URL": {"name": "my-redis", "key": "broker"},
        "DATABASE_URL": {"name": "my-database", "key": "url"},
        "STENOFLEET_SECRET_KEY": {"name": "my-key", "key": "signing"},
    }
    assert variables == {name: {"secretKeyRef": secret} for name, secret in references.items()}


def test_an_external_redis_is_what_pools_watch_and_the_operator_may_read() -> None:
    objects = render(CASES["everything external"])
    secret = {"name": "my-redis", "key": "broker"}
    for pool in of_kind(objects, "WorkerPool").values():
        assert pool["spec"]["broker"]["urlSecretRef"] == secret
    rules = of_kind(objects, "Role")["operator"]["rules"]
    assert [rule["resourceNames"] for rule in rules if "secrets" in rule["resources"]] == [
        ["my-redis"]
    ]


def test_the_password_of_a_kept_database_is_kept_with_it() -> None:
    def kept(values: dict[str, object]) -> bool:
        secret = of_kind(render({"postgresql": values}), "Secret")["postgresql"]
        return "helm.sh/resource-policy" in secret["metadata"].get("annotations", {})

    assert kept({})
    assert not kept({"persistence": {"retain": False}})
    assert not kept({"persistence": {"enabled": False}})
