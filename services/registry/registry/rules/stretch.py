"""Whether a stretch value (mức phấn đấu) lies beyond its plan, on the side that is better."""

from decimal import Decimal


def stretch_fault(plan: Decimal | None, stretch: Decimal | None, *, less: bool | None) -> tuple[str, str] | None:
    """Say what is wrong with a stretch value, and what would do; ``less`` is better, or nobody has told."""
    if stretch is None:
        return None
    if plan is None:
        return "chưa có chỉ tiêu thì chưa có mức phấn đấu", "Ghi chỉ tiêu, hoặc để trống mức phấn đấu"
    written = f"{plan:f}".replace(".", ",")
    if less is None:
        return (f"bằng chỉ tiêu {written}", "Ghi số tốt hơn chỉ tiêu, hoặc để trống") if stretch == plan else None
    if less and stretch >= plan:
        return f"càng thấp càng tốt nên phải thấp hơn chỉ tiêu {written}", f"Ghi số nhỏ hơn {written}, hoặc để trống"
    if not less and stretch <= plan:
        return f"phải cao hơn chỉ tiêu {written}", f"Ghi số lớn hơn {written}, hoặc để trống"
    return None
