"""The documentation site: pages written from the specs, the catalogue, the schemas and the commands, beside those of docs/.

``python -m docs.generate`` builds it into ``build/docs/site``. Nothing that it writes is kept in the repository.
"""
