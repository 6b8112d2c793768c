"""What is wrong with a request for events."""

from stenofleet_api.problems import ProblemError, ServiceUnavailable


class TicketRefused(ProblemError):  # noqa: N818 - named as the problem is
    """The ticket was used, is too old, or never was one."""

    slug, title, status = "ticket-refused", "The ticket is not valid", 401


class TicketsAway(ServiceUnavailable):
    """Tickets are kept in Redis, which does not answer."""

    slug, title = "tickets-unavailable", "Tickets are not available"
