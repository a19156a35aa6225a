"""The quantity registry: every name that files, columns, JSON and Python share.

One entry per name, with its unit, what it means and where the definition comes from. A rule may
test only what stands here; a new legal definition becomes a new entry with its own formula.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction

from gateline.errors import InputError
from gateline.numerals import clip

MAXIMUM_LISTED = 15

LOST_SUPERSCRIPT = Fraction(10**15)
"""A training-compute figure below this is '10^26' that lost its superscript, not a measurement."""


class Kind(StrEnum):
    """What sort of value a name stands for."""

    AMOUNT = "amount"
    DATE = "date"
    FLAG = "flag"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A quantity that is one quantity divided by another."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """One entry of the registry.

    Attributes
    ----------
    name : str
        Canonical name, used alike in rule files, input files, columns, JSON and Python.
    unit : str
        Canonical unit; empty for a pure count, a share, a flag, a name or a date.
    says : str
        Definition in one line.
    bare : bool
        Whether a number without a unit is accepted (pure counts and shares).
    share, percent : bool
        Whether it cannot pass one, and whether it may be written in percent.
    zero : bool
        Whether zero is a possible value; negative values never are.
    ratio : Ratio or None
        The two quantities whose quotient this is.
    total_of : tuple of str
        The quantities whose sum this is.
    of : str
        For names: what the name denotes, such as ``country``, ``entity`` or ``product``.
    subjects : tuple of str
        What it describes: ``chip``, ``cluster``, ``training``, ``shipment``.
    words : tuple of str
        For names: the only ones there are; one that is told by a flag (``address_type_shared``) settles the others.
    label : str
        Short form of the name for tables, where the name itself is long.
    """

    @property
    def short(self) -> str:
        """The name in words, as short as a table needs it."""
        return self.label or self.name.replace("_", " ")

    @property
    def parts(self) -> tuple[str, ...]:
        """The quantities from which this one follows, if it does."""
        return (self.ratio.numerator, self.ratio.denominator) if self.ratio else self.total_of

    name: str
    kind: Kind
    says: str
    unit: str = ""
    example: str = ""
    bare: bool = False
    zero: bool = True
    share: bool = False
    percent: bool = False
    minimum: Fraction = Fraction(0)
    ratio: Ratio | None = None
    total_of: tuple[str, ...] = ()
    of: str = ""
    aliases: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    label: str = ""


def _amount(name: str, unit: str, example: str, says: str, **more: object) -> Quantity:
    return Quantity(name=name, kind=Kind.AMOUNT, unit=unit, example=example, says=says, **more)  # type: ignore[arg-type]


def _flag(name: str, says: str) -> Quantity:
    return Quantity(name=name, kind=Kind.FLAG, says=says, example="yes")


def _name(name: str, of: str, example: str, says: str, words: Iterable[str] = ()) -> Quantity:
    return Quantity(name=name, kind=Kind.NAME, of=of, example=example, says=says, words=tuple(words))


def _date(name: str, example: str, says: str) -> Quantity:
    return Quantity(name=name, kind=Kind.DATE, example=example, says=says)


BIT_LENGTHS = (1, 4, 6, 8, 16, 19, 32, 64)
"""Bit lengths for which a table may have a column ``dense_rate_<bits>bit``."""

_CHIP = (
    _amount(
        "total_processing_performance",
        "TPP",
        "4800 TPP",
        "dense rate × bit length, the highest over the formats, summed over the processing units",
        aliases=("tpp",),
        label="performance",
    ),
    _amount(
        "performance_density",
        "TPP/mm^2",
        "5.92 TPP/mm^2",
        "total processing performance per applicable die area",
        ratio=Ratio("total_processing_performance", "applicable_die_area"),
        aliases=("pd",),
        label="density",
    ),
    _amount(
        "applicable_die_area",
        "mm^2",
        "814 mm^2",
        "area of all logic dies made with non-planar transistors; zero when there is none",
        aliases=("die_area",),
        label="applicable die area",
    ),
    _amount(
        "weighted_performance",
        "TPP",
        "4800 TPP",
        "as total processing performance, but analog and multi-level units count as 8 bits (the definition of 2022)",
        total_of=("total_processing_performance",),
        label="performance",
    ),
    _amount(
        "operation_rate",
        "TOPS",
        "8 TOPS",
        "dense rate, the highest over the formats, summed over the processing units, whatever the bit length",
    ),
    _amount("dram_bandwidth", "GB/s", "3.35 TB/s", "bandwidth between the IC and its DRAM, co-packaged or not"),
    _amount(
        "io_bandwidth", "GB/s", "600 GB/s", "bidirectional bandwidth over all inputs and outputs except volatile memory"
    ),
    _amount(
        "combined_bandwidth",
        "GB/s",
        "1700 GB/s",
        "memory bandwidth and input/output bandwidth added up",
        total_of=("dram_bandwidth", "io_bandwidth"),
    ),
    _amount(
        "approximated_transistor_count",
        "",
        "28 billion",
        "aggregated over the applicable advanced logic dies: process density × area, or a count from the design",
        bare=True,
        label="transistors",
    ),
    _amount(
        "total_transistor_count",
        "",
        "55 billion",
        "over all logic dies, whatever their node: process density × area, or a count from the design",
        bare=True,
        label="transistors of all dies",
    ),
    _amount("memory_bandwidth", "GB/s", "819 GB/s", "bandwidth of a memory stack, or of the package that holds it"),
    _amount(
        "package_area",
        "mm^2",
        "121 mm^2",
        "area of the memory package, or of the stack where it is not packaged",
        zero=False,
    ),
    _amount(
        "memory_bandwidth_density",
        "GB/s/mm^2",
        "3.3 GB/s/mm^2",
        "memory bandwidth per area of the package or stack",
        ratio=Ratio("memory_bandwidth", "package_area"),
    ),
    _amount("process_node", "nm", "7 nm", "process node of the most advanced logic die", zero=False),
    _amount(
        "transistor_density",
        "1/mm^2",
        "91 million/mm^2",
        "transistors that the node can place per unit area",
        zero=False,
    ),
    _amount(
        "dense_rate",
        "TFLOP/s",
        "989.5 TFLOP/s",
        "dense peak rate of one format; one multiply-accumulate is two operations",
    ),
    _amount("bit_length", "bit", "16", "largest bit length of the inputs to the multiplication", bare=True, zero=False),
    _amount("memory_capacity", "GB", "80 GB", "capacity of the memory", zero=False),
    _amount("nand_layers", "", "128", "memory layers of a NAND die", bare=True, zero=False),
    _amount("dram_cell_area", "um^2", "0.0019 um^2", "area of a DRAM memory cell", zero=False),
    _amount("dram_density", "Gbit/mm^2", "0.288 Gbit/mm^2", "memory density of a DRAM die", zero=False),
    _amount("through_silicon_vias", "", "3000", "through-silicon vias per DRAM die", bare=True),
    _amount(
        "days_since_application",
        "day",
        "30 day",
        "days from the designer's application to become approved to the day that counts for its standing",
    ),
    _amount("power", "W", "700 W", "thermal design power", zero=False),
    _flag("datacenter", "designed or marketed for use in datacenters"),
    _flag("hbm", "the package contains high-bandwidth memory"),
    _flag("dominant_function_processing", "memory and logic in one package whose dominant function is processing"),
    _flag("co_packaged_memory", "memory stands in the package beside the logic"),
    _flag("microprocessor", "a general-purpose microprocessor (CPU)"),
    _flag("non_planar_transistors", "at least one logic die uses a non-planar transistor architecture"),
    _flag("packaged_by_fabricator", "the front-end fabricator itself packages the die"),
    _flag("transistor_count_attested", "the packager attests the transistor count of the final packaged IC"),
    _flag("performance_attested", "the designer attests total processing performance and performance density"),
    _flag("designer_approved", "the designer is an approved IC designer"),
    _flag("designer_authorized", "the designer is an authorized IC designer"),
    _flag("osat_approved", "the packaging company is an approved OSAT"),
    _name("product", "product", "Ascend 910B", "product name of the IC"),
    _name("designer", "entity", "Nvidia", "company that designs the IC"),
    _name(
        "designer_headquarters",
        "country",
        "US",
        "headquarters of the designer; of a parent in Macau or D:5 if it has one",
    ),
    _name("customer_headquarters", "country", "CN", "headquarters of the company that orders the fabrication"),
    _name(
        "fabricator_headquarters", "country", "TW", "headquarters of the company that makes the dies, or of its parent"
    ),
    _name("packaging_country", "country", "TW", "country in which the die is packaged"),
    _name("packager", "entity", "Amkor", "company that packages the die"),
    _name("destination", "country", "CN", "country of destination"),
    _name(
        "headquarters",
        "country",
        "CN",
        "headquarters of the recipient's ultimate parent; its own if they are in Macau or D:5",
    ),
    Quantity(
        name="transaction_date",
        kind=Kind.DATE,
        example="2027-06-30",
        says="day on which the export, reexport or transfer is completed",
        aliases=("export_year", "export_completed"),
    ),
    _date("first_marketed", "2026-01-01", "day on which the IC was first marketed"),
    _date(
        "standing_date",
        "2027-06-30",
        "day that counts for a designer's standing: of the transaction, else of the question",
    ),
    _date("designer_application_date", "2026-11-01", "day on which the designer applied to become approved"),
)

_CLUSTER = (
    _amount(
        "double_precision_rate",
        "PFLOP/s",
        "100 PFLOP/s",
        "theoretical peak in 64-bit floating point, all chips together",
    ),
    _amount(
        "single_precision_rate",
        "PFLOP/s",
        "200 PFLOP/s",
        "theoretical peak in 32-bit floating point, all chips together",
    ),
    _amount(
        "training_rate",
        "op/s",
        "1e20 op/s",
        "theoretical peak for training, dense, at the precision with the highest rate, all chips together",
    ),
    _amount("network_bandwidth", "Gbit/s", "400 Gbit/s", "bandwidth of the network that connects the machines"),
    _flag("single_datacenter", "the machines stand in one datacenter"),
    _amount("envelope_volume", "ft^3", "41600 ft^3", "volume of the envelope around the system", zero=False),
    _flag("contains_3a090", "an IC in it meets or exceeds 3A090.a or 3A090.b"),
    _flag("contains_3a090_a", "an IC in it meets or exceeds 3A090.a"),
    _flag("contains_3a991_p", "an IC in it meets or exceeds 3A991.p"),
    _flag("contains_section_232", "an IC in it lies in a band of the Section 232 tariff"),
    *(
        _flag(f"described_in_{entry}", f"also described in ECCN {entry.upper()}, apart from what its ICs compute")
        for entry in ("4a003", "4a004", "4a005", "5a002", "5a004", "5a992")
    ),
)

_TRAINING = (
    _amount(
        "training_compute",
        "FLOP",
        "3.8e25 FLOP",
        "operations used to train the model, as the rule counts them",
        bare=True,
        minimum=LOST_SUPERSCRIPT,
        zero=False,
        label="compute",
    ),
    *(
        _amount(
            f"training_compute_{regime}",
            "FLOP",
            "3.8e25 FLOP",
            f"operations used to train the model, as {says} counts them; training_compute where nothing else is known",
            bare=True,
            minimum=LOST_SUPERSCRIPT,
            zero=False,
            total_of=("training_compute",),
            label="compute",
        )
        for regime, says in (
            ("eu_cumulative", "the AI Act's threshold for systemic risk"),
            ("4e091", "ECCN 4E091"),
            ("us_state", "the laws of California, New York and Illinois"),
            ("kr", "Korea's decree and notice"),
            ("silent", "a text that says nothing of what counts"),
        )
    ),
    _amount(
        "modification_training_compute",
        "FLOP",
        "3.4e24 FLOP",
        "operations by which a distinct actor modified a model of somebody else",
        bare=True,
        label="modification",
    ),
    _amount(
        "modification_share_of_original",
        "",
        "34%",
        "operations of the modification per operations that trained the original model",
        bare=True,
        percent=True,
        ratio=Ratio("modification_training_compute", "original_training_compute"),
        label="modification per original",
    ),
    _amount(
        "additional_training_compute",
        "FLOP",
        "2.5e25 FLOP",
        "operations of further training on a model whose weights are published",
        bare=True,
        label="additional compute",
    ),
    _amount(
        "additional_training_share",
        "",
        "25%",
        "further training as a share of all training operations",
        bare=True,
        share=True,
        percent=True,
        ratio=Ratio("additional_training_compute", "training_compute"),
        label="additional share",
    ),
    _amount(
        "original_training_compute",
        "FLOP",
        "9e25 FLOP",
        "operations that trained the published model from which this one is derived",
        bare=True,
        minimum=LOST_SUPERSCRIPT,
        zero=False,
        label="original compute",
    ),
    _amount(
        "additional_share_of_original",
        "",
        "25%",
        "further training per training of the original model",
        bare=True,
        ratio=Ratio("additional_training_compute", "original_training_compute"),
        percent=True,
        label="additional per original",
    ),
    _amount("parameters", "", "405e9", "parameters of the model", bare=True, zero=False),
    _amount(
        "active_parameters", "", "37e9", "parameters used for one token (mixture of experts)", bare=True, zero=False
    ),
    _amount("tokens", "", "15.6e12", "tokens seen in training, repeated epochs included", bare=True, zero=False),
    _amount(
        "forward_operations_per_token",
        "FLOP",
        "1.6e10 FLOP",
        "operations of a forward pass per token, from the architecture",
        bare=True,
    ),
    _amount(
        "training_operations_per_token",
        "FLOP",
        "4.8e10 FLOP",
        "operations of a forward and a backward pass per token, from the architecture",
        bare=True,
    ),
    _amount("chip_hours", "", "30.84e6", "accelerator-hours", bare=True, zero=False),
    _amount(
        "utilization",
        "",
        "0.40",
        "share of the dense peak rate that went into model operations",
        bare=True,
        zero=False,
        share=True,
        percent=True,
    ),
    _amount(
        "recompute_share",
        "",
        "0.30",
        "share of the forward operations that are done again in the backward pass",
        bare=True,
        share=True,
        percent=True,
    ),
    _date("phase_days", "2026-01-05 to 2026-03-20", "first and last day of a phase of training"),
    _amount(
        "generator_share",
        "",
        "12%",
        "share of the operations that train on unpublished data of one generator",
        bare=True,
        share=True,
        percent=True,
    ),
    _amount("compute_cost", "USD", "100e6 USD", "cost of the training compute at market prices"),
    _amount("annual_gross_revenue", "USD", "500e6 USD", "gross revenue with affiliates in the preceding calendar year"),
    _flag("general_purpose_model", "the model is a general-purpose AI model"),
    _flag("generates_language_image_or_video", "generates language (text or speech), or images or video from text"),
    _flag("foundation_model", "trained on broad data, general output, adaptable to many tasks"),
    _flag("closed_weights", "the parameters are not published"),
    _flag("derived_from_published_weights", "obtained by further training of a model whose parameters are published"),
    _flag("distinct_modifier", "somebody other than the provider of the original model modified it"),
    _flag("original_compute_unknowable", "the original model's training compute is unknown and cannot be estimated"),
    _flag("original_has_systemic_risk", "the original model is a general-purpose AI model with systemic risk"),
    _flag("biological_sequence_data", "trained using primarily biological sequence data"),
    _flag("covered_foreign_person", "developed by a covered foreign person of China with Hong Kong and Macau"),
    _flag("state_of_the_art_technology", "state-of-the-art AI technology is applied"),
    _flag("broad_grave_risk", "risk of broad and significant effect on life, physical safety or fundamental rights"),
    _flag("new_york_nexus", "developed, deployed or operating wholly or partly in New York"),
    _flag("academic_research", "academic research of an accredited college, or of a consortium that the law exempts"),
    _flag("knowledge_distillation", "made by knowledge distillation of a frontier model"),
    _flag(
        "below_best_published_model",
        "less compute than the best published methods need to match the best published model",
    ),
    _date("pretraining_started_on", "2026-11-20", "day on which the large pre-training run starts"),
    _date(
        "line_known_on", "2026-11-20", "day on which the line is passed, or on which it becomes known that it will be"
    ),
    _date("designated_on", "2026-11-20", "day of the decision that designates the model, or that keeps it designated"),
    _date("deployed_on", "2026-11-20", "day on which the model, or a substantially modified one, is deployed"),
    _date(
        "incident_known_on", "2026-11-20", "day on which a safety incident is found, or believed to be one with reason"
    ),
    _date("imminent_danger_known_on", "2026-11-20", "day on which an imminent danger to life is found"),
    _date("framework_changed_on", "2026-11-20", "day of a material change of the published framework"),
    _date("last_framework_review_on", "2026-11-20", "day on which the published framework was last reviewed"),
    _date(
        "last_internal_use_summary_on",
        "2026-11-20",
        "day on which the last summary of risks from internal use went to the authority in question",
    ),
    _date(
        "last_disclosure_statement_on",
        "2026-11-20",
        "day on which the last disclosure statement went to the authority in question",
    ),
    _date("first_qualified_on", "2026-11-20", "day on which the developer first was a large one"),
    _date("last_audit_on", "2026-11-20", "day on which the last independent audit was completed"),
    _date("transaction_completed_on", "2026-11-20", "day on which the investor's transaction was completed"),
    _date("agency_questions_on", "2026-11-20", "day on which the agency put its questions"),
)

_END_USES = (
    ("us_datacenter", "a data center in the United States"),
    ("us_repair", "repair or replacement in the United States"),
    ("us_research", "research and development in the United States"),
    ("us_startup", "a start-up in the United States"),
    ("consumer", "consumer use outside data centers (gaming, PC, workstation, automotive)"),
    ("civil_industrial", "civil industrial use outside data centers"),
    ("us_public_sector", "the public sector of the United States"),
)
_ADDRESSES = (
    ("residential", "a residential address"),
    ("vague", "a vague address"),
    ("shared", "an address that several companies share"),
    ("unconfirmed", "an address that nobody confirmed"),
)
_CONSIGNEES = (
    ("freight_forwarder", "a freight forwarder"),
    ("unusual_reseller", "a reseller that is unusual in this trade"),
)


def _as_word(name: str) -> str:
    return name.replace("_", "-")


_SHIPMENT = (
    _flag("item_of_a_level", "an IC of 3A090.a, or a system with such an IC"),
    _flag("item_of_a_or_b_level", "an IC of 3A090.a or 3A090.b, or a system that takes one of these levels"),
    _flag("item_of_3a090_c", "memory of 3A090.c"),
    _flag("item_open_to_license_exception_hbm", "memory of 3A090.c that is slow enough for License Exception HBM"),
    _flag("item_within_case_by_case_2026", "every IC of 3A090 in it is within the limits of the case-by-case review"),
    _flag("item_reached_by_letter_2025_04", "an IC in it has the bandwidths of the letters of April 2025"),
    _name("origin", "country", "US", "country from which the item is shipped"),
    _name("end_user_country", "country", "CN", "country in which the end users are located"),
    _name("exporter_headquarters", "country", "US", "headquarters of the exporter, or of its ultimate parent"),
    _name("consignee", "entity", "Example Cloud", "the ultimate consignee"),
    _name("end_user", "entity", "Example Cloud", "the end user; of several, one that is on no list"),
    _name(
        "end_use", "end use", "us-repair", "what an article is imported for", (*map(_as_word, dict(_END_USES)), "other")
    ),
    _name("tariff_heading", "product", "8473.30", "heading or number of the tariff schedule (HTSUS) for the article"),
    _flag(
        "from_customs_territory", "it comes from within the customs territory of the United States, and is not entered"
    ),
    _flag("exported_from_united_states", "an export: the item leaves the United States"),
    _flag("in_country_transfer", "a transfer within one country"),
    _flag("consignee_in_supplement_8", "the ultimate consignee is a party of Supplement No. 8 to part 740"),
    _flag("end_users_in_supplement_8", "all end users are parties of Supplement No. 8 to part 740"),
    _flag(
        "majority_owned_from_macau_or_d5", "the end user is majority-owned by an entity headquartered in Macau or D:5"
    ),
    _flag("universal_validated_end_user", "the consignee is authorized as a universal validated end user"),
    _flag(
        "national_validated_end_user",
        "the consignee is authorized as a national validated end user for the destination",
    ),
    _flag("private_end_user", "no government but that of the United States controls the end user"),
    _flag("production_end_use", "the items serve development, production or storage only"),
    *(_flag(f"end_use_{use}", f"imported for {says}") for use, says in _END_USES),
    _amount("units", "", "8", "items in the shipment", bare=True, zero=False),
    _amount("declared_value", "USD", "30000 USD", "declared value of the shipment"),
    _amount("new_datacenter_load", "MW", "120 MW", "new load of the data center for training and running AI"),
    _amount(
        "performance_to_consignee_in_year",
        "TPP",
        "26.9e6 TPP",
        "performance to the ultimate consignee in the calendar year, all exporters together, this shipment included",
    ),
    _amount(
        "performance_to_consignee",
        "TPP",
        "253e6 TPP",
        "performance to the ultimate consignee since 2025, this shipment included",
    ),
    _amount(
        "performance_to_country",
        "TPP",
        "790e6 TPP",
        "performance installed in the country under licences since 2025, this shipment included",
    ),
    _amount(
        "performance_to_china_per_united_states",
        "",
        "50%",
        "performance of the product shipped to China and Macau per that shipped for end use in the United States",
        bare=True,
        percent=True,
    ),
    _date("first_order_date", "2023-05-01", "day of the customer's first order of advanced ICs, or of goods with them"),
    _name(
        "address_type",
        "address type",
        "business",
        "what the delivery address is",
        (*map(_as_word, dict(_ADDRESSES)), "business"),
    ),
    *(_flag(f"address_type_{word}", f"delivered to {says}") for word, says in _ADDRESSES),
    _name(
        "consignee_type",
        "consignee type",
        "end-user",
        "what the consignee is",
        (*map(_as_word, dict(_CONSIGNEES)), "reseller", "end-user", "other"),
    ),
    *(_flag(f"consignee_type_{word}", f"the consignee is {says}") for word, says in _CONSIGNEES),
    _flag("online_presence", "the customer can be found online, with more than next to nothing"),
    _flag("business_explains_need", "the customer's line of business explains a need for advanced ICs"),
    _flag("first_time_buyer", "the customer buys advanced ICs for the first time"),
    _flag("large_volume", "the order is a large one"),
    _flag("datacenter_capacity_shown", "the datacenter affirms power, cooling and space for the ICs"),
    _flag("discloses_end_use", "the customer says what the ICs are for"),
    _flag("discloses_end_users", "the customer says who uses the ICs, customers of a cloud included"),
    _flag("headquarters_known", "headquarters and ultimate parent of the customer are known"),
    _flag("resembles_listed_party", "a party resembles a listed, debarred or sanctioned one"),
    _date("notified_bis_on", "2026-11-20", "day on which the notice of License Exception NAC went to BIS"),
)

_TOTAL = (
    *(
        _amount(name, "TPP", "633e6 TPP", f"performance {says}, added up over a ledger of shipments")
        for name, says in (
            ("performance_to_company_in_country", "that a company receives in one country"),
            ("performance_to_company", "that a company receives anywhere"),
            ("performance_to_company_outside_supplement_5a", "that a company receives outside of Supplement No. 5(a)"),
            ("performance_to_company_outside_united_states", "that a company receives outside of the United States"),
            ("performance_of_product_to_china", "of a product to China and Macau"),
            ("performance_of_product_to_united_states", "of a product to the United States for end use there"),
        )
    ),
    *(
        _amount(
            name, "", "25%", f"share of a company's performance that lies {says}", bare=True, share=True, percent=True
        )
        for name, says in (
            ("share_outside_supplement_5a", "outside of Supplement No. 5(a) destinations"),
            ("share_in_country_outside_supplement_5a", "in one country outside of Supplement No. 5(a)"),
            ("share_outside_united_states", "outside of the United States"),
        )
    ),
)

_BY_SUBJECT = (
    ("chip", _CHIP),
    ("cluster", _CLUSTER),
    ("training", _TRAINING),
    ("shipment", _SHIPMENT),
    ("total", _TOTAL),
)

QUANTITIES: dict[str, Quantity] = {
    entry.name: replace(entry, subjects=(subject,)) for subject, entries in _BY_SUBJECT for entry in entries
}
_ALIASES = {alias: entry.name for entry in QUANTITIES.values() for alias in entry.aliases}


def find_quantity(name: str, among: Container[str]) -> Quantity | None:
    """The registry entry called `name` (or known by that alias), if it is one of those."""
    canonical = _ALIASES.get(name, name)
    return QUANTITIES[canonical] if canonical in QUANTITIES and canonical in among else None


def quantity(name: str, among: Iterable[str] | None = None) -> Quantity:
    """The registry entry called `name` (or known by that alias).

    Raises
    ------
    InputError
        If there is none; the message suggests near names.
    """
    known = list(QUANTITIES if among is None else among)
    found = find_quantity(name, known)
    if found is not None:
        return found
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    more = " …" if len(known) > MAXIMUM_LISTED else "."
    hint = f" Did you mean {' or '.join(near)}?" if near else f" Known names: {', '.join(known[:MAXIMUM_LISTED])}{more}"
    raise InputError(f"'{clip(name)}' is not a known quantity.{hint}")
