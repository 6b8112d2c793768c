"""Every environment variable of Stenofleet, in one place.

Each service loads its own class with :func:`load`; a wrong value stops the start with the
variable's name, what was expected and what came, and never with a secret's value.
"""

import socket
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import (
    AliasChoices,
    AliasGenerator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stenofleet.errors import SettingsError
from stenofleet.google_key import read_key
from stenofleet.redis_address import Address, in_full, is_sentinel
from stenofleet.secret_urls import masked, split

PREFIX = "STENOFLEET_"
DAY = 86_400
EVERYWHERE = "*"
SPEAKER_MODEL = "campplus"
"""The speaker model by default: used where it is there, done without where not."""


def _prefixed(field: str) -> str:
    return PREFIX + field.upper()


class Settings(BaseSettings):
    """Base of all settings: ``STENOFLEET_<FIELD>``, unless a field names a variable itself."""

    model_config = SettingsConfigDict(
        alias_generator=AliasGenerator(validation_alias=_prefixed),
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
        env_file=".env",
        env_file_encoding="utf-8",
    )


def _env(name: str, default: Any = ..., **constraints: Any) -> Any:
    return Field(default, validation_alias=AliasChoices(name), **constraints)


class LogSettings(Settings):
    """How a service logs and where it tells its health."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="the least severe lines that are written"
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="json for programs, console for eyes"
    )
    health_port: int = Field(
        8081, ge=1, le=65535, description="serves /livez, /readyz and /metrics"
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


class TracingSettings(Settings):
    """Where traces go."""

    tracing_endpoint: str = Field(
        "", description="base URL of a receiver of OTLP over HTTP; none are sent without it"
    )
    tracing_ratio: float = Field(
        1.0, ge=0, le=1, description="part of the traces that begin here and are kept"
    )

    @field_validator("tracing_endpoint")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("expected a URL that begins with http:// or https://")
        if split(value).query:
            raise ValueError(
                "expected a URL without a query; OTEL_EXPORTER_OTLP_HEADERS is for credentials"
            )
        return value


class RedisSettings(Settings):
    """Where the broker and the results are: one URL, or its parts."""

    redis_url: SecretStr | None = _env(
        "REDIS_URL", None, description="broker and results in one URL; wins over the parts below"
    )
    redis_host: str = _env("REDIS_HOST", "localhost", description="host of broker and results")
    redis_port: int = _env("REDIS_PORT", 6379, ge=1, le=65535, description="its port")
    redis_db: int = _env("REDIS_DB", 0, ge=0, description="its database")
    redis_password: SecretStr | None = _env("REDIS_PASSWORD", None, description="its password")
    celery_broker_url: SecretStr | None = _env(
        "CELERY_BROKER_URL", None, description="the broker, where it is another than REDIS_URL"
    )
    celery_result_backend: SecretStr | None = _env(
        "CELERY_RESULT_BACKEND",
        None,
        description="the results, where they are another than REDIS_URL",
    )
    # After the URLs: whether it is needed depends on them.
    redis_sentinel_master: str | None = _env(
        "REDIS_SENTINEL_MASTER",
        None,
        validate_default=True,
        description="name of the master; needed where a URL names Sentinels",
    )
    redis_sentinel_password: SecretStr | None = _env(
        "REDIS_SENTINEL_PASSWORD", None, description="password of the Sentinels themselves"
    )
    redis_ca_file: Path | None = _env(
        "REDIS_CA_FILE",
        None,
        description="certificate of the authority that signed those of Redis, as PEM",
    )
    visibility_timeout: int = Field(4 * 3600, ge=60, description="seconds; above the longest task")
    result_expires: int = Field(7 * DAY, ge=60, description="seconds; above the longest job")

    @field_validator("redis_url", "celery_broker_url", "celery_result_backend")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "sentinel://", "unix://")
        if value is not None and not value.get_secret_value().startswith(schemes):
            raise ValueError(f"expected a URL that begins with one of {', '.join(schemes)}")
        if value is not None and not _of_sentinels(value):
            split(value.get_secret_value())
        if value is not None:
            in_full(value.get_secret_value(), None)
        return value

    @field_validator("redis_sentinel_master")
    @classmethod
    def _named_by_sentinels(cls, value: str | None, info: ValidationInfo) -> str | None:
        urls = ("redis_url", "celery_broker_url", "celery_result_backend")
        named = [url for url in urls if (found := info.data.get(url)) and _of_sentinels(found)]
        if named and value is None:
            raise ValueError(
                f"expected the name of the master, because {named[0].upper()} names Sentinels"
            )
        return value

    @property
    def broker(self) -> Address:
        """Where the broker is."""
        return self._address(self.celery_broker_url or self._redis())

    @property
    def results(self) -> Address:
        """Where results, events and tickets are."""
        return self._address(self.celery_result_backend or self._redis())

    def _address(self, url: SecretStr) -> Address:
        file, password = self.redis_ca_file, self.redis_sentinel_password
        return Address(
            in_full(url.get_secret_value(), str(file) if file else None),
            certificates={"ssl_ca_certs": str(file)} if file else {},
            master=self.redis_sentinel_master,
            sentinel_password=password.get_secret_value() if password else None,
        )

    def _redis(self) -> SecretStr:
        if self.redis_url is not None:
            return self.redis_url
        password = self.redis_password.get_secret_value() if self.redis_password else ""
        login = f":{quote(password, safe='')}@" if password else ""
        return SecretStr(f"redis://{login}{self.redis_host}:{self.redis_port}/{self.redis_db}")


def _of_sentinels(url: SecretStr) -> bool:
    return is_sentinel(url.get_secret_value())


class DatabaseSettings(Settings):
    """Where PostgreSQL is: one URL, or its parts."""

    database_url: SecretStr | None = _env(
        "DATABASE_URL", None, description="PostgreSQL in one URL; wins over the parts below"
    )
    db_name: str = _env("DB_NAME", "stenofleet", description="name of the database")
    db_user: str = _env("DB_USER", "stenofleet", description="its user")
    db_password: SecretStr | None = _env("DB_PASSWORD", None, description="the user's password")
    db_host: str = _env("DB_HOST", "localhost", description="its host")
    db_port: int = _env("DB_PORT", 5432, ge=1, le=65535, description="its port")
    db_pool_size: int = Field(5, ge=1, le=100, description="connections that a process keeps")

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgres", "psycopg")):
            raise ValueError("expected a URL that begins with postgresql://")
        if value is not None:
            split(value.get_secret_value())
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy's URL, password included."""
        if self.database_url is not None:
            _, _, rest = self.database_url.get_secret_value().partition("://")
            return f"postgresql+psycopg2://{rest}"
        password = self.db_password.get_secret_value() if self.db_password else ""
        login = f"{quote(self.db_user, safe='')}:{quote(password, safe='')}"
        return f"postgresql+psycopg2://{login}@{self.db_host}:{self.db_port}/{self.db_name}"


class StorageSettings(Settings):
    """Where recordings lie."""

    storage_url: str = Field(
        "file:///var/lib/stenofleet/recordings",
        description="where recordings lie: file:///, gs:// or s3://",
    )
    upload_ttl: int = Field(
        DAY, ge=60, description="seconds for which an upload that nobody confirmed stays"
    )

    @field_validator("storage_url")
    @classmethod
    def _known_store(cls, value: str) -> str:
        schemes = ("file:///", "gs://", "s3://")
        if not value.startswith(schemes):
            raise ValueError(f"expected a URL that begins with one of {', '.join(schemes)}")
        return value.rstrip("/")


class GoogleSettings(StorageSettings):
    """Google Speech-to-Text; without a project, sessions cannot name it."""

    google_project_id: str | None = _env(
        "GOOGLE_PROJECT_ID", None, description="turns Google Speech-to-Text on"
    )
    google_application_credentials_json: SecretStr | None = _env(
        "GOOGLE_APPLICATION_CREDENTIALS_JSON",
        None,
        description="a service account's key, as JSON or in base64; unset: workload identity",
    )
    google_location: str = Field(
        "us", pattern=r"^[a-z]+(-[a-z]+[0-9]*)*$", description="where Google transcribes"
    )
    google_model: str = Field("chirp_3", pattern=r"^[a-z0-9_]+$", description="Google's model")
    google_staging_url: str | None = Field(
        None,
        validate_default=True,
        description="gs:// folder for copies of recordings that lie elsewhere",
    )
    google_dynamic_batching: bool = Field(
        default=False, description="cheaper, and done within a day"
    )
    google_price_per_minute: Decimal | None = Field(
        None,
        ge=0,
        description="what your contract says; unset: costs are unknown",
    )

    @field_validator("google_application_credentials_json")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            read_key(value.get_secret_value())
        return value

    @field_validator("google_staging_url")
    @classmethod
    def _google_can_read(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and not value.startswith("gs://"):
            raise ValueError("expected a URL that begins with gs://")
        staged = value or info.data.get("storage_url", "gs://").startswith("gs://")
        if info.data.get("google_project_id") and not staged:
            raise ValueError(
                "expected gs://<bucket>/<folder>, because GOOGLE_PROJECT_ID is set and Google "
                "reads no other store of recordings"
            )
        return value.rstrip("/") if value else None

    @property
    def google_configured(self) -> bool:
        """Whether sessions may name Google."""
        return self.google_project_id is not None

    @property
    def google_key(self) -> dict[str, Any] | None:
        """The service account's key; None for workload identity."""
        secret = self.google_application_credentials_json
        return read_key(secret.get_secret_value()) if secret else None


class JobSettings(Settings):
    """How jobs are published and owned, and how long their recordings may be."""

    outbox_confirm_seconds: int = Field(
        10,
        ge=1,
        le=3600,
        description="seconds after which a message that was not confirmed is sent again",
    )
    lease_seconds: int = Field(
        60,
        ge=5,
        le=3600,
        description="seconds after which a session or window of a silent worker goes to another",
    )
    max_duration_seconds: int = Field(
        10 * 3600, ge=1, description="seconds of a recording; longer ones are refused"
    )


class MovementSettings(Settings):
    """The way of movements into their list."""

    # A whole request of 10,000 must fit, or it could never be taken.
    movement_queue_limit: int = Field(1_000_000, ge=10_000, description="movements that may wait")
    movement_replicas: int = Field(
        0, ge=0, le=9, description="replicas of Redis that must hold a movement before it is taken"
    )
    require_confirm: bool = Field(
        default=False, description="emptying the queue of movements asks for a confirmation"
    )


class AuthMode(StrEnum):
    """Whether requests need a key."""

    KEYS = "keys"
    NONE = "none"
    """Everybody who reaches the API may do everything: for a laptop, never for a network."""


class AuthSettings(Settings):
    """Who may call the API."""

    auth_mode: AuthMode = Field(
        AuthMode.KEYS, description="keys, or none: everybody who reaches the API may do everything"
    )
    rate_per_minute: int = Field(
        600, ge=1, description="requests a minute of a key that has no rate of its own"
    )


class WebhookSettings(Settings):
    """Where webhooks' messages may go."""

    webhook_allow_private: bool = Field(
        default=False, description="webhooks may go to private addresses"
    )
    webhook_allow_http: bool = Field(default=False, description="webhooks may go without TLS")


class MovementWriterSettings(Settings):
    """How movements get from the list to the table, and how long they stay."""

    movement_batch_size: int = Field(
        5_000, ge=1, le=20_000, description="movements of one transaction"
    )
    movement_lease_seconds: int = Field(
        60,
        ge=5,
        le=3600,
        description="seconds after which a batch of a silent worker goes back to the list",
    )
    movement_retention_days: int | None = Field(
        None, ge=1, description="days for which movements stay; unset: for ever"
    )
    movement_dead_letter_days: int | None = Field(
        None, ge=1, description="days for which what could not become a movement stays"
    )


class ApiSettings(
    LogSettings,
    TracingSettings,
    RedisSettings,
    DatabaseSettings,
    GoogleSettings,
    JobSettings,
    AuthSettings,
    WebhookSettings,
    MovementSettings,
):
    """The API's settings."""

    secret_key: SecretStr = Field(min_length=16, description="signs upload URLs")
    public_url: str = Field(
        "",
        description="where users reach the API, for upload URLs; unset: as the request did",
    )
    max_upload_bytes: int = Field(
        2 * 1024**3, ge=1, description="bytes of a recording; larger ones are refused"
    )
    upload_url_ttl: int = Field(
        3600,
        ge=10,
        le=7 * DAY,
        description="seconds for which an upload URL is good; stores sign no more",
    )
    api_port: int = Field(8000, ge=1, le=65535, description="port of the API")
    # Below the 600 s after which OpenAI's own client gives up, which then learns nothing.
    openai_timeout: int = Field(
        540, ge=1, le=86_400, description="seconds that a request of OpenAI's client may take"
    )
    # Who runs into a time limit, its own or a proxy's, goes away before it asks again.
    openai_grace: int = Field(
        30, ge=0, le=600, description="seconds within which such a client may ask again"
    )


class WorkerSettings(
    LogSettings,
    TracingSettings,
    RedisSettings,
    DatabaseSettings,
    GoogleSettings,
    JobSettings,
    MovementWriterSettings,
    WebhookSettings,
):
    """The workers' and beat's settings."""

    celery_concurrency: int = _env(
        "CELERY_CONCURRENCY", 1, ge=1, le=64, description="tasks at once with which a worker starts"
    )
    pool: str | None = Field(None, description="name of the WorkerPool, for log lines")
    retention_days: float | None = Field(
        None, gt=0, description="days after its end when a session is removed; unset: never"
    )
    whisper_model: str = Field(
        "base",
        description="Whisper model: a folder of STENOFLEET_WHISPER_MODEL_DIR, or a full path",
    )
    whisper_model_dir: Path = Field(Path("/models"), description="folder of the models' folders")
    speaker_model: str = Field(
        SPEAKER_MODEL,
        description="model that tells speakers apart; a missing default is done without",
    )


class OperatorSettings(LogSettings):
    """The operator's settings; brokers are named by each WorkerPool."""

    namespace: str = Field("default", description="of the operator, and what it watches by default")
    pod_name: str = Field(
        default_factory=socket.gethostname,
        description="of the operator, in its Lease; unset is the name of the host",
    )
    watch_namespaces: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="names with commas between, or * for all; unset is its own",
    )
    tick_seconds: float = Field(
        1.0, ge=0.1, le=60, description="seconds between two looks at the brokers"
    )
    celery_exporter: bool = Field(
        default=False, description="Metrics under celery-exporter's names, too"
    )

    @field_validator("watch_namespaces", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [name.strip() for name in value.split(",") if name.strip()]
        return value

    @field_validator("watch_namespaces")
    @classmethod
    def _all_or_some(cls, value: list[str]) -> list[str]:
        if EVERYWHERE in value and len(value) > 1:
            raise ValueError("expected names of namespaces, or * alone for all of them")
        return value

    @model_validator(mode="after")
    def _own_namespace_by_default(self) -> "OperatorSettings":
        self.watch_namespaces = self.watch_namespaces or [self.namespace]
        return self


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Reads ``kind`` from the environment and ``.env``.

    Raises:
        SettingsError: a variable is missing or wrong.
    """
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(kind, each) for each in error.errors())) from None


def _sentence(kind: type[Settings], error: Any) -> str:
    name = variable(kind, str(error["loc"][0])) if error["loc"] else kind.__name__
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{name} is not set, and has no default"
    return f"{name}: {message}, got {_shown(kind, name, error.get('input'))}"


def variable(kind: type[Settings], place: str) -> str:
    """The variable of a field; what is no field, as a variable's name, is returned as it is."""
    info = kind.model_fields.get(place)
    return next(iter(_aliases(info.validation_alias)), _prefixed(place)) if info else place


def _shown(kind: type[Settings], variable: str, value: Any) -> str:
    for field, info in kind.model_fields.items():
        names = {field, _prefixed(field), *_aliases(info.validation_alias)}
        if variable in names and "SecretStr" in str(info.annotation):
            return "a value that is kept secret"
    return masked(repr(value))


def _aliases(alias: Any) -> list[str]:
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias)] if alias else []
