"""The catalogue room: the facts of one generation in SQLite, by sqlite-utils. The only room that knows SQL."""

from kb.catalogue.fill import CatalogueRow, write_catalogue
from kb.catalogue.orders import BROWSE_ORDER, SortKeys
from kb.catalogue.read import Catalogue, open_catalogue

__all__ = ["BROWSE_ORDER", "Catalogue", "CatalogueRow", "SortKeys", "open_catalogue", "write_catalogue"]
