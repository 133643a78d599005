"""Models that MLflow wrote: the file MLmodel of a folder."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import table, word
from yanmen.supply.documents.yaml import yaml_of
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File


class MlModel(Extractor):
    """Reads MLmodel; the requirements beside it are read as such."""

    names = frozenset({"mlmodel"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The model by its folder, with the flavours it can be loaded as."""
        for document in yaml_of(file):
            said = table(document)
            flavours = table(said.get("flavors"))
            if not flavours:
                yield file.unread("malformed", "an MLmodel without flavours")
                return
            name = file.folder.rpartition("/")[2] or file.tree.label or "model"
            version = word(said.get("model_uuid")) or word(said.get("model_id"))
            python = table(flavours.get("python_function"))
            facts = {
                "kind": "model",
                "format": "mlflow",
                "library": " ".join(sorted(one for one in flavours if one != "python_function")),
                "custom_code": word(python.get("code")) or word(python.get("python_model")),
                "run": word(said.get("run_id")),
            }
            yield Component(
                purl=purl("generic", name, version),
                ecosystem="",
                name=name,
                version=version,
                how="installed",
                where=file.at(),
                facts={key: value for key, value in facts.items() if value},
            )
            return
