"""`/me/people`: whom somebody works with, writes to, or keeps among the contacts."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from sandbox.graph.errors import bad_request
from sandbox.people import CONTACTS, PEOPLE, Person

_SERVED = frozenset({"$search", "$top", "$skip", "$select"})
_TOP = 10  # as in the service, where nothing is asked
_ORGANISATION, _CONTACT = "OrganizationUser", "PersonalContact"


def listed(person: Person, args: Mapping[str, str]) -> list[dict[str, Any]]:
    """One page of a person's people, the most relevant first.

    Raises:
        GraphError: 400, for an option or a form that is not served.
    """
    if unknown := set(args) - _SERVED:
        raise bad_request("BadRequest", f"Query option {min(unknown)} is not served here.")
    top, skip = (_number(args, name, usual) for name, usual in (("$top", _TOP), ("$skip", 0)))
    found = [
        *(
            _shape(one.name, one.address, _ORGANISATION)
            for one in PEOPLE
            if _works_with(one, person)
        ),
        *(_shape(one.name, one.address, "ImplicitContact") for one in PEOPLE if not one.in_tenant),
        *(_shape(name, address, _CONTACT) for name, address in CONTACTS),
    ]
    if search := args.get("$search"):
        found = [one for one in found if _matches(one, search.strip('"'))]
    if select := args.get("$select"):
        names = {"id", *select.split(",")}
        if unknown := names - _shape("", "", "").keys():
            raise bad_request("BadRequest", "Could not find a property of that name on 'person'.")
        found = [{name: one[name] for name in one if name in names} for one in found]
    return found[skip : skip + top]


def _works_with(one: Person, person: Person) -> bool:
    return one.in_tenant and one.address != person.address


def _number(args: Mapping[str, str], name: str, usual: int) -> int:
    text = args.get(name, str(usual))
    if not text.isdecimal():
        raise bad_request("BadRequest", f"Invalid value for {name}.")
    return int(text)


def _matches(one: Mapping[str, Any], search: str) -> bool:
    """Every word that is sought begins a word of the name or the address; the service is fuzzier."""
    address = one["scoredEmailAddresses"][0]["address"]
    words = re.split(r"[\s.@_-]+", f"{one['displayName']} {address}".lower())
    sought = re.split(r"[\s.@_-]+", search.lower().strip())
    return all(any(word.startswith(part) for word in words) for part in sought)


def _shape(name: str, address: str, subclass: str) -> dict[str, Any]:
    given, _, surname = name.partition(" ")
    return {
        "id": hashlib.sha256(address.encode()).hexdigest()[:32],
        "displayName": name,
        "givenName": given,
        "surname": surname,
        "birthday": "",
        "personNotes": "",
        "isFavorite": False,
        "jobTitle": None,
        "companyName": None,
        "yomiCompany": "",
        "department": None,
        "officeLocation": None,
        "profession": "",
        "userPrincipalName": address if subclass == _ORGANISATION else "",
        "imAddress": None,
        "scoredEmailAddresses": [
            {
                "address": address,
                "relevanceScore": 8.0,
                "selectionLikelihood": "notSpecified",
                "itemId": None,
            }
        ],
        "phones": [],
        "postalAddresses": [],
        "websites": [],
        "personType": {"class": "Person", "subclass": subclass},
    }
