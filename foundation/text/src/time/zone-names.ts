/**
 * The zones of the IANA database, 2025c: abbreviations with their offsets from UTC, a colon, the zones that use these.
 *
 * Offsets come from the JavaScript engine, which has no abbreviations but English ones. Where a zone has used two names
 * for one offset, this is the latest. An offset without a name is written in digits, as the database does, and local
 * mean time is left out.
 */
export const ZONE_NAMES = `
Africa/Casablanca Africa/El_Aaiun America/Araguaina America/Bahia America/Belem America/Boa_Vista
America/Campo_Grande America/Cayenne America/Cuiaba America/Eirunepe America/Fortaleza America/Godthab
America/Guyana America/Lima America/Maceio America/Manaus America/Noronha America/Nuuk America/Porto_Acre
America/Porto_Velho America/Recife America/Rio_Branco America/Santarem America/Sao_Paulo
America/Scoresbysund Antarctica/Troll Asia/Aden Asia/Almaty Asia/Anadyr Asia/Aqtau Asia/Aqtobe
Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau Asia/Bahrain Asia/Baku Asia/Barnaul Asia/Bishkek Asia/Brunei
Asia/Chita Asia/Choibalsan Asia/Dili Asia/Dubai Asia/Dushanbe Asia/Hovd Asia/Kabul Asia/Kamchatka
Asia/Kashgar Asia/Kathmandu Asia/Katmandu Asia/Khandyga Asia/Krasnoyarsk Asia/Kuching Asia/Kuwait
Asia/Magadan Asia/Muscat Asia/Novokuznetsk Asia/Novosibirsk Asia/Omsk Asia/Oral Asia/Qatar Asia/Qostanay
Asia/Qyzylorda Asia/Riyadh Asia/Sakhalin Asia/Samarkand Asia/Srednekolymsk Asia/Tashkent Asia/Thimbu
Asia/Thimphu Asia/Tomsk Asia/Ulaanbaatar Asia/Ulan_Bator Asia/Urumqi Asia/Ust-Nera Asia/Vladivostok
Asia/Yakutsk Asia/Yerevan Atlantic/Cape_Verde Atlantic/South_Georgia Australia/Eucla Brazil/Acre
Brazil/DeNoronha Brazil/East Brazil/West Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT+3
Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12
Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7 Etc/GMT-8 Etc/GMT-9
Europe/Astrakhan Europe/Samara Europe/Saratov Europe/Ulyanovsk Indian/Chagos Indian/Christmas Indian/Cocos
Indian/Mahe Indian/Mauritius Indian/Reunion Kwajalein NZ-CHAT Pacific/Apia Pacific/Chatham Pacific/Chuuk
Pacific/Efate Pacific/Fakaofo Pacific/Fiji Pacific/Funafuti Pacific/Galapagos Pacific/Gambier
Pacific/Guadalcanal Pacific/Kiritimati Pacific/Kosrae Pacific/Kwajalein Pacific/Majuro Pacific/Marquesas
Pacific/Nauru Pacific/Niue Pacific/Norfolk Pacific/Noumea Pacific/Palau Pacific/Pitcairn Pacific/Pohnpei
Pacific/Ponape Pacific/Rarotonga Pacific/Tahiti Pacific/Tarawa Pacific/Tongatapu Pacific/Wake
Pacific/Wallis ;
-00+00: Antarctica/Casey Antarctica/Davis Antarctica/DumontDUrville Antarctica/Mawson Antarctica/Palmer
Antarctica/Rothera Antarctica/Syowa Antarctica/Vostok Factory Indian/Kerguelen Pacific/Enderbury
Pacific/Kanton ;
-00+00 AEST+10 AEDT+11: Antarctica/Macquarie ;
-00+00 NZST+12 NZDT+13: Antarctica/McMurdo ;
ACST+09 ACST+0930 ACDT+1030: Australia/Adelaide Australia/Darwin Australia/North Australia/South ;
ACST+09 ACST+0930 AEST+10 ACDT+1030: Australia/Broken_Hill Australia/Yancowinna ;
EAT+03: Africa/Asmara ;
EAT+03: Africa/Addis_Ababa ;
AEST+10: Australia/LHI Australia/Lord_Howe ;
AEST+10 AEDT+11: Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart
Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney
Australia/Tasmania Australia/Victoria ;
AHST-10 AKST-09 AKDT-08: America/Anchorage US/Alaska ;
AKST-09 AKDT-08: America/Yakutat ;
AKST-09 AKDT-08 PDT-07: America/Juneau America/Metlakatla America/Sitka ;
CET+01 CEST+02: Europe/Amsterdam ;
America/Asuncion ;
AST-04: America/Anguilla America/Aruba America/Curacao America/Dominica America/Grenada America/Guadeloupe
America/Miquelon America/Montserrat America/Port_of_Spain America/St_Kitts America/St_Thomas
America/Tortola ;
AST-04 ADT-03: America/Barbados America/Glace_Bay America/Halifax America/Thule Canada/Atlantic ;
AST-04 APT-03: America/Blanc-Sablon America/Kralendijk America/Lower_Princes America/Marigot
America/Puerto_Rico America/St_Barthelemy America/Virgin ;
AST-04 NST-0330 ADT-03 NDT-0230 ADDT-02: America/Goose_Bay ;
AWST+08 AWDT+09: Australia/Perth Australia/West ;
CET+01 CEST+02: Europe/Busingen Europe/Zurich ;
EET+02 EEST+03: Europe/Bucharest ;
Asia/Baghdad ;
Asia/Bangkok ;
GMT+00: Africa/Banjul ;
AST-04 ADT-03: Atlantic/Bermuda ;
America/Bogota ;
BST-11 BDT-10 AKST-09 AKDT-08: America/Nome ;
BST-11 HST-10 HDT-09: America/Adak America/Atka US/Aleutian ;
CAT+02: Africa/Bujumbura Africa/Harare Africa/Kigali Africa/Lusaka Africa/Maputo ;
CAT+02 EAT+03: Africa/Juba Africa/Khartoum ;
CAT+02 ZMT+0221: Africa/Blantyre ;
CET+01 EET+02 EEST+03: EET Europe/Athens ;
CET+01 CMT+0155 EET+02 EEST+03 MSD+04: Europe/Chisinau Europe/Tiraspol ;
CET+01 CEST+02: Europe/Belgrade Europe/Budapest Europe/Ljubljana Europe/Malta Europe/Oslo Europe/Podgorica
Europe/Sarajevo Europe/Skopje Europe/Tirane Europe/Vaduz Europe/Vienna Europe/Zagreb ;
CET+01 CEST+02 CEMT+03: Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Berlin ;
CET+01 EET+02: Africa/Tripoli Libya ;
CET+01 EET+02 EEST+03 MSD+04: Europe/Kiev Europe/Kyiv Europe/Uzhgorod Europe/Zaporozhye ;
CET+01 EET+02 MSD+04: Europe/Kaliningrad ;
CET+01 EET+02 SMT+0216 MSK+03 MSK+04: Europe/Simferopol ;
CET+01 EET+02 EEST+03: Europe/Sofia ;
CET+01 MMT+0150 EET+02 MSD+04: Europe/Minsk ;
CET+01 EET+02 EEST+03 MSD+04: Europe/Riga ;
CET+01 CEST+02: Europe/Stockholm ;
CET+01 TMT+0139 EET+02 EEST+03 MSD+04: Europe/Tallinn ;
CET+01 WMT+0124 CEST+02 EEST+03: Europe/Warsaw Poland ;
CET+01 WMT+0124 EET+02 EEST+03 MSD+04: Europe/Vilnius ;
CET+01 CEST+02: Europe/Copenhagen ;
CMT-0404 AST-04: America/St_Lucia ;
America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia
America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza
America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan
America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Buenos_Aires
America/Catamarca America/Cordoba America/Jujuy America/Mendoza America/Rosario ;
America/Caracas ;
America/La_Paz ;
EST-05: America/Coral_Harbour America/Panama EST ;
CST+08 CDT+09: Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei
PRC ROC ;
CST-06 CDT-05: America/Belize America/Chicago America/El_Salvador America/Guatemala America/Indiana/Knox
America/Knox_IN America/Matamoros America/Menominee America/Merida America/Rainy_River America/Tegucigalpa
America/Winnipeg CST6CDT Canada/Central US/Central US/Indiana-Starke ;
CST-06 CDT-05 -00+00: America/Rankin_Inlet America/Resolute ;
CST-06 CDT-05 EDT-04: America/Indiana/Tell_City ;
CST-06 EST-05: America/Atikokan ;
CST-06 EST-05 EDT-04: America/Cancun America/Detroit America/Fort_Wayne America/Indiana/Indianapolis
America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes
America/Indiana/Winamac America/Indianapolis America/Kentucky/Louisville America/Kentucky/Monticello
America/Louisville US/East-Indiana US/Michigan ;
CST-06 EST-05 EDT-04 -00+00: America/Iqaluit America/Pangnirtung ;
CST-06 CDT-05: America/Managua ;
CST-06 CDT-05: America/Costa_Rica ;
ChST+10 GDT+11: Pacific/Guam Pacific/Saipan ;
GMT+00 IST+01: Eire Europe/Dublin ;
EAT+03: Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi
Indian/Comoro Indian/Mayotte ;
EAT+03 EAST+04: Indian/Antananarivo ;
EET+02: Asia/Amman Asia/Damascus ;
EET+02 EEST+03: Africa/Cairo Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Nicosia Egypt
Europe/Nicosia ;
EET+02 MSK+03 MSK+04: Europe/Moscow W-SU ;
Chile/EasterIsland Pacific/Easter ;
EST-05 AST-04: America/Antigua ;
EST-05 AST-04 ADT-03: America/Moncton ;
EST-05 EDT-04: America/Montreal America/Nassau America/New_York America/Nipigon America/Thunder_Bay
America/Toronto Canada/Eastern EST5EDT US/Eastern ;
EST-05 PPMT-0449 EDT-04: America/Port-au-Prince ;
EST-05 SDMT-0440 AST-04: America/Santo_Domingo ;
AST-04 ADT-03: America/Martinique ;
FMT-0053 GMT+00: Africa/Freetown ;
WET+00 WEST+01: Atlantic/Madeira ;
GMT+00: Africa/Abidjan Africa/Accra Africa/Bamako Africa/Bissau Africa/Conakry Africa/Dakar Africa/Lome
Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Etc/GMT
Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland ;
GMT+00 BST+01 BDST+02: Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB
GB-Eire ;
GMT+00 CET+01 CEST+02: Europe/Gibraltar ;
GMT+00 CET+01 CEST+02: Europe/Bratislava Europe/Prague ;
GMT+00 WAT+01: Africa/Lagos Africa/Malabo Africa/Niamey Africa/Porto-Novo Africa/Sao_Tome ;
HKT+08 HKWT+0830 HKST+09: Asia/Hong_Kong Hongkong ;
EET+02 EEST+03: Europe/Helsinki Europe/Mariehamn ;
Asia/Dacca Asia/Dhaka ;
WEST+01: Atlantic/Azores ;
CST-05 CDT-04: America/Havana Cuba ;
HST-1030 HST-10 HPT-0930: HST Pacific/Honolulu Pacific/Johnston US/Hawaii ;
EET+02: Asia/Istanbul Europe/Istanbul Turkey ;
Asia/Irkutsk ;
IST+02 IDT+03 IDDT+04: Asia/Jerusalem Asia/Tel_Aviv Israel ;
GMT+00: Atlantic/St_Helena ;
JST+09 JDT+10: Asia/Tokyo Japan ;
AST-04: America/St_Vincent ;
EST-05: America/Cayman ;
EST-05 EDT-04: America/Grand_Turk America/Jamaica Jamaica ;
KST+0830 KST+09: Asia/Pyongyang ;
KST+0830 KST+09 KDT+0930 KDT+10: Asia/Seoul ROK ;
MMT+0454: Indian/Maldives ;
Asia/Colombo ;
IST+0530: Asia/Calcutta Asia/Kolkata ;
WITA+08: Asia/Makassar Asia/Ujung_Pandang ;
GMT+00: Africa/Monrovia ;
America/Montevideo ;
MSK+03: Europe/Volgograd ;
MSK+03 MSK+04: Europe/Kirov ;
MST-07 CST-06: America/Regina America/Swift_Current Canada/Saskatchewan ;
MST-07 CST-06 CDT-05: America/Bahia_Banderas America/Chihuahua America/Mexico_City America/Monterrey
America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga
Mexico/General ;
MST-07 MDT-06: America/Denver America/Edmonton America/Hermosillo America/Mazatlan America/Phoenix
America/Shiprock America/Yellowknife Canada/Mountain MST MST7MDT Mexico/BajaSur Navajo US/Arizona
US/Mountain ;
MST-07 MDT-06 CDT-05: America/Ciudad_Juarez ;
MST-07 MDT-06 EST-05 -00+00: America/Cambridge_Bay ;
NST-0330 NDT-0230 NDDT-0130: America/St_Johns Canada/Newfoundland ;
NZMT+1130 NZST+12 NZST+1230 NZDT+13: Antarctica/South_Pole NZ Pacific/Auckland ;
PKT+05 PKST+06: Asia/Karachi ;
Asia/Ho_Chi_Minh Asia/Phnom_Penh Asia/Saigon Asia/Vientiane ;
Pacific/Bougainville Pacific/Port_Moresby Pacific/Truk Pacific/Yap ;
CET+01 CEST+02: Africa/Tunis ;
Asia/Yekaterinburg ;
America/Paramaribo ;
PST+08 PDT+09: Asia/Manila ;
PST-08 MST-07: America/Creston America/Dawson_Creek America/Fort_Nelson ;
PST-08 MST-07 MDT-06: America/Boise ;
PST-08 MST-07 MDT-06 -00+00: America/Inuvik ;
PST-08 PDT-07: America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver
Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific ;
QMT-0514: America/Guayaquil ;
CET+01 CEST+02: Europe/Rome Europe/San_Marino Europe/Vatican ;
Asia/Rangoon Asia/Yangon ;
SAST+0130 CAT+02 CAST+03: Africa/Gaborone ;
SAST+0130 SAST+02 SAST+03: Africa/Johannesburg ;
SAST+02: Africa/Mbabane ;
SAST+02 SAST+03: Africa/Maseru ;
Asia/Kuala_Lumpur Asia/Singapore Singapore ;
Atlantic/Stanley ;
America/Coyhaique America/Punta_Arenas America/Santiago Chile/Continental ;
SST-11: Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa ;
Asia/Tbilisi ;
Asia/Tehran Iran ;
UTC+00: Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu ;
WAT+01: Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Libreville Africa/Luanda ;
WAT+01 CAT+02: Africa/Lubumbashi ;
WAT+01 CAT+02 SAST+03: Africa/Windhoek ;
WAT+01 WAST+02: Africa/Ndjamena ;
WET+00 CET+01 CEST+02: CET Europe/Brussels MET ;
WET+00 CET+01 CEST+02: Africa/Ceuta Europe/Andorra Europe/Luxembourg Europe/Madrid ;
WET+00 CET+01 CEST+02: Africa/Algiers Europe/Monaco Europe/Paris ;
WET+00 WEST+01: Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe ;
WET+00 WEST+01 CEST+02: Europe/Lisbon Portugal WET ;
WIB+07: Asia/Jakarta ;
WIB+07 WITA+08: Asia/Pontianak ;
WIT+09: Asia/Jayapura ;
YST-09 PST-08 MST-07: America/Dawson America/Whitehorse Canada/Yukon ;
`;
