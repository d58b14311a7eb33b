"""Places to areas: wards, Local Area Plans and every boundary a partnership uses, each incident once."""
