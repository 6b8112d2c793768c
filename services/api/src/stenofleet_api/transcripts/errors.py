"""What is wrong with a request for a transcript."""

from stenofleet_api.problems import ProblemError
from stenofleet_api.transcripts.documents import DOCX_SEGMENTS


class TooLongForDocument(ProblemError):  # noqa: N818 - named as the problem is
    """The transcript has too many segments for a Word document."""

    slug, title, status = "too-long-for-docx", "The transcript is too long for a Word document", 422

    def __init__(self, segments: int) -> None:
        """Tells the limit and what there is."""
        super().__init__(
            f"format: expected another than docx for more than {DOCX_SEGMENTS} segments, got "
            f"{segments}; xlsx, txt and the others take any number.",
            limit_segments=DOCX_SEGMENTS,
            segments=segments,
        )
