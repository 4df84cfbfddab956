"""Small tables of names, places and work, written for this sandbox: no person in it exists.

A region holds first and last names in its own script with a plain spelling for addresses, its cities, country and
telephone code. Kept small on purpose: variety comes from combining them, uniqueness from the record's index.
"""

from typing import NamedTuple


class Region(NamedTuple):
    """Names of one part of the world: (as written, plain spelling) pairs."""

    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]
    cities: tuple[str, ...]
    country: str
    phone: str


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """``Zoë=zoe Amina`` as pairs; a name without ``=`` is its own plain spelling."""
    pairs = []
    for word in text.split():
        written, _, plain = word.partition("=")
        pairs.append((written, plain or written.lower()))
    return tuple(pairs)


_WEST_AFRICA = Region(
    _pairs("Amara Chidi Ngozi Kofi Abena Tunde Folake=folake Sèna=sena Emeka Yaa"),
    _pairs("Okafor Mensah Adeyemi Boateng Eze Owusu Balogun Diallo Nwosu Asante"),
    ("Lagos", "Accra", "Abuja", "Cotonou"),
    "Nigeria",
    "+234",
)
_CENTRAL_EUROPE = Region(
    _pairs(
        "Jürgen=juergen Zoë=zoe Anneliese Łukasz=lukasz Žofie=zofie "
        "Björn=bjoern Françoise=francoise Mäel=mael Greta Ines"
    ),
    _pairs(
        "Müller=mueller Dvořák=dvorak Groß=gross Lefèvre=lefevre Kowalczyk "
        "Nyström=nystroem Haas Brügger=bruegger Ó=o O'Dowd=odowd"
    ),
    ("Köln", "Łódź", "Zürich", "Plzeň", "Malmö"),
    "Germany",
    "+49",
)
_IBERO_AMERICA = Region(
    _pairs(
        "Ximena Íñigo=inigo Thiago João=joao Lucía=lucia Mateo Conceição=conceicao Rocío=rocio Andrés=andres Paloma"
    ),
    _pairs(
        "Muñoz=munoz Araújo=araujo Peña=pena Quispe Gonçalves=goncalves "
        "Villalba Zúñiga=zuniga Barros Ibáñez=ibanez Lobo"
    ),
    ("Medellín", "São Paulo", "Córdoba", "Porto"),
    "Colombia",
    "+57",
)
_INDIA = Region(
    _pairs("Priya Arjun Meera Kiran अनिल=anil सुनीता=sunita Lakshmi Rohan தமிழ்=tamil Divya"),
    _pairs("Iyer Deshpande Banerjee शर्मा=sharma Reddy Nair Chauhan पटेल=patel Ghosh Menon"),
    ("Chennai", "पुणे", "Kolkata", "Jaipur"),
    "India",
    "+91",
)
_EAST_ASIA = Region(
    _pairs("伟=wei 陽子=yoko 지훈=jihun 美咲=misaki 芳=fang 서연=seoyeon Minh Linh 健太=kenta 秀英=xiuying"),
    _pairs("王=wang 佐藤=sato 김=kim 李=li 고=ko 鈴木=suzuki Nguyễn=nguyen 陳=chen 박=park 渡辺=watanabe"),
    ("上海", "大阪", "부산", "Đà Nẵng"),
    "Japan",
    "+81",
)
_EAST_EUROPE = Region(
    _pairs(
        "Ольга=olga Дмитро=dmytro Ελένη=eleni Νίκος=nikos Світлана=svitlana "
        "Андрей=andrei Мария=maria Γιώργος=giorgos Ana Ілля=illia"
    ),
    _pairs(
        "Шевчук=shevchuk Παπαδάκης=papadakis Иванова=ivanova Бондар=bondar "
        "Νικολάου=nikolaou Петров=petrov Ткач=tkach Μάνος=manos"
    ),
    ("Львів", "Θεσσαλονίκη", "София", "Одеса"),
    "Greece",
    "+30",
)
_ENGLISH = Region(
    _pairs("Grace Owen Harriet Desmond Priscilla Rhys Siobhán=siobhan Malik Tess Callum Imogen Jerome"),
    _pairs("Whitcombe Ashby Pemberton Drummond Llewellyn Carrow Hollis Sutter Marlowe Finch Tremaine Okoro"),
    ("Bristol", "Leeds", "Halifax", "Dunedin", "Austin"),
    "United Kingdom",
    "+44",
)
RIGHT_TO_LEFT = Region(
    _pairs(
        "ليلى=layla يوسف=yusuf نورا=noura שירה=shira אורי=uri "
        "فاطمة=fatima کامران=kamran תמר=tamar سامي=sami دانيال=danial"
    ),
    _pairs("الحداد=alhaddad חורי=khouri منصور=mansour כהן=kohen رضایی=rezaei לוי=levi الخطيب=alkhatib نجار=najjar"),
    ("القاهرة", "חיפה", "شیراز", "عمّان"),
    "Jordan",
    "+962",
)
REGIONS = (_ENGLISH, _CENTRAL_EUROPE, _ENGLISH, _WEST_AFRICA, _IBERO_AMERICA, _INDIA, _EAST_ASIA, _EAST_EUROPE)

# The last ones are several code points each (joiner, skin tone, flag), which naive truncation tears apart.
EMOJI = ("🎉", "🚀", "🌻", "👩‍💻", "👋🏽", "🇨🇦")

TITLES = (
    "Software Engineer",
    "Recruiter",
    "Data Engineer",
    "Accountant",
    "Site Reliability Engineer",
    "Nurse",
    "Product Manager",
    "Civil Engineer",
    "Chef de Partie",
    "Electrical Engineer",
    "Translator",
    "Mechanical Engineer",
    "Paralegal",
    "Warehouse Lead",
)
SKILLS = (
    "Python",
    "SQL",
    "Negotiation",
    "Welding",
    "Kubernetes",
    "Bookkeeping",
    "First aid",
    "Español",
    "CAD",
    "Forklift licence",
)
EMPLOYERS = ("Zylker Works", "Harbour & Finch", "Nordlicht GmbH", "Casa Verde", "Tidewater Clinic", "北斗商事")
QUALIFICATIONS = ("Apprenticeship", "Bachelor", "Master", "Doctorate", "Diploma")
SOURCES = ("Career Website", "Employee Referral", "Job Fair", "Advertisement", "Imported")
STATUSES = ("New", "In Review", "Available", "Engaged", "Offered", "Hired", "Unqualified", "Rejected")
LANGUAGES = ("English", "Deutsch", "Français", "हिन्दी", "日本語", "العربية", "Português")
SALUTATIONS = (None, "Ms.", "Mr.", "Mx.", "Dr.")
OWNERS = (
    ("200001000000009001", "Ada Ito"),
    ("200001000000009002", "Bruno Castellani"),
    ("200001000000009003", "Chipo Moyo"),
)
