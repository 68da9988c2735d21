/**
 * The zones of the IANA database, 2025c: abbreviations with their offsets from UTC, a colon, the zones that use these.
 *
 * Offsets come from the JavaScript engine, which has no abbreviations but English ones. Where a zone has used two names
 * for one offset, this is the latest. An offset without a name is written in digits, as the database does.
 */
export const ZONE_NAMES = `
: Africa/Casablanca Africa/El_Aaiun America/Araguaina America/Bahia America/Belem America/Boa_Vista
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
ADMT+023520 AMT+023532 EAT+03: Africa/Asmara ;
ADMT+023520 EAT+03: Africa/Addis_Ababa ;
AEST+10: Australia/LHI Australia/Lord_Howe ;
AEST+10 AEDT+11: Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart
Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney
Australia/Tasmania Australia/Victoria ;
AHST-10 AKST-09 AKDT-08: America/Anchorage US/Alaska ;
AKST-09 AKDT-08: America/Yakutat ;
AKST-09 AKDT-08 PDT-07: America/Juneau America/Metlakatla America/Sitka ;
AMT+001932 CET+01 NST+011932 CEST+02: Europe/Amsterdam ;
AMT-035040: America/Asuncion ;
AST-04: America/Anguilla America/Aruba America/Curacao America/Dominica America/Grenada America/Guadeloupe
America/Miquelon America/Montserrat America/Port_of_Spain America/St_Kitts America/St_Thomas
America/Tortola ;
AST-04 ADT-03: America/Barbados America/Glace_Bay America/Halifax America/Thule Canada/Atlantic ;
AST-04 APT-03: America/Blanc-Sablon America/Kralendijk America/Lower_Princes America/Marigot
America/Puerto_Rico America/St_Barthelemy America/Virgin ;
AST-04 NST-033052 NST-0330 ADT-03 NDT-023052 NDT-0230 ADDT-02: America/Goose_Bay ;
AWST+08 AWDT+09: Australia/Perth Australia/West ;
BMT+002946 CET+01 CEST+02: Europe/Busingen Europe/Zurich ;
BMT+014424 EET+02 EEST+03: Europe/Bucharest ;
BMT+025736: Asia/Baghdad ;
BMT+064204: Asia/Bangkok ;
BMT-010636 GMT+00: Africa/Banjul ;
BMT-041918 AST-04 BST-031918 ADT-03: Atlantic/Bermuda ;
BMT-045616: America/Bogota ;
BST-11 BDT-10 AKST-09 AKDT-08: America/Nome ;
BST-11 HST-10 HDT-09: America/Adak America/Atka US/Aleutian ;
CAT+02: Africa/Bujumbura Africa/Harare Africa/Kigali Africa/Lusaka Africa/Maputo ;
CAT+02 EAT+03: Africa/Juba Africa/Khartoum ;
CAT+02 ZMT+0221 ZMT+022110: Africa/Blantyre ;
CET+01 AMT+013452 EET+02 EEST+03: EET Europe/Athens ;
CET+01 BMT+014424 CMT+0155 EET+02 EEST+03 MSD+04: Europe/Chisinau Europe/Tiraspol ;
CET+01 CEST+02: Europe/Belgrade Europe/Budapest Europe/Ljubljana Europe/Malta Europe/Oslo Europe/Podgorica
Europe/Sarajevo Europe/Skopje Europe/Tirane Europe/Vaduz Europe/Vienna Europe/Zagreb ;
CET+01 CEST+02 CEMT+03: Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Berlin ;
CET+01 EET+02: Africa/Tripoli Libya ;
CET+01 EET+02 KMT+020204 EEST+03 MSD+04: Europe/Kiev Europe/Kyiv Europe/Uzhgorod Europe/Zaporozhye ;
CET+01 EET+02 MSD+04: Europe/Kaliningrad ;
CET+01 EET+02 SMT+0216 MSK+03 MSK+04: Europe/Simferopol ;
CET+01 IMT+015656 EET+02 EEST+03: Europe/Sofia ;
CET+01 MMT+0150 EET+02 MSD+04: Europe/Minsk ;
CET+01 RMT+013634 EET+02 LST+023634 EEST+03 MSD+04: Europe/Riga ;
CET+01 SET+010014 CEST+02: Europe/Stockholm ;
CET+01 TMT+0139 EET+02 EEST+03 MSD+04: Europe/Tallinn ;
CET+01 WMT+0124 CEST+02 EEST+03: Europe/Warsaw Poland ;
CET+01 WMT+0124 KMT+013536 EET+02 EEST+03 MSD+04: Europe/Vilnius ;
CMT+005020 CET+01 CEST+02: Europe/Copenhagen ;
CMT-0404 AST-04: America/St_Lucia ;
CMT-041648: America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia
America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza
America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan
America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Buenos_Aires
America/Catamarca America/Cordoba America/Jujuy America/Mendoza America/Rosario ;
CMT-042740: America/Caracas ;
CMT-043236 BST-033236: America/La_Paz ;
CMT-051936 EST-05: America/Coral_Harbour America/Panama EST ;
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
CST-06 MMT-054512 CDT-05: America/Managua ;
CST-06 SJMT-053613 CDT-05: America/Costa_Rica ;
ChST+10 GDT+11: Pacific/Guam Pacific/Saipan ;
DMT-002521 GMT+00 IST+003439 IST+01: Eire Europe/Dublin ;
EAT+03: Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi
Indian/Comoro Indian/Mayotte ;
EAT+03 EAST+04: Indian/Antananarivo ;
EET+02: Asia/Amman Asia/Damascus ;
EET+02 EEST+03: Africa/Cairo Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Nicosia Egypt
Europe/Nicosia ;
EET+02 MMT+023017 MMT+023119 MSK+03 MST+033119 MSK+04 MDST+043119: Europe/Moscow W-SU ;
EMT-071728: Chile/EasterIsland Pacific/Easter ;
EST-05 AST-04: America/Antigua ;
EST-05 AST-04 ADT-03: America/Moncton ;
EST-05 EDT-04: America/Montreal America/Nassau America/New_York America/Nipigon America/Thunder_Bay
America/Toronto Canada/Eastern EST5EDT US/Eastern ;
EST-05 PPMT-0449 EDT-04: America/Port-au-Prince ;
EST-05 SDMT-0440 AST-04: America/Santo_Domingo ;
FFMT-040420 AST-04 ADT-03: America/Martinique ;
FMT-0053 GMT+00: Africa/Freetown ;
FMT-010736 WET+00 WEST+01: Atlantic/Madeira ;
GMT+00: Africa/Abidjan Africa/Accra Africa/Bamako Africa/Bissau Africa/Conakry Africa/Dakar Africa/Lome
Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Etc/GMT
Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland ;
GMT+00 BST+01 BDST+02: Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB
GB-Eire ;
GMT+00 CET+01 CEST+02: Europe/Gibraltar ;
GMT+00 PMT+005744 CET+01 CEST+02: Europe/Bratislava Europe/Prague ;
GMT+00 WAT+01: Africa/Lagos Africa/Malabo Africa/Niamey Africa/Porto-Novo Africa/Sao_Tome ;
HKT+08 HKWT+0830 HKST+09: Asia/Hong_Kong Hongkong ;
HMT+013949 EET+02 EEST+03: Europe/Helsinki Europe/Mariehamn ;
HMT+055320: Asia/Dacca Asia/Dhaka ;
HMT-015432 WEST+01: Atlantic/Azores ;
HMT-052936 CST-05 CDT-04: America/Havana Cuba ;
HST-1030 HST-10 HPT-0930: HST Pacific/Honolulu Pacific/Johnston US/Hawaii ;
IMT+015656 EET+02: Asia/Istanbul Europe/Istanbul Turkey ;
IMT+065705: Asia/Irkutsk ;
IST+02 JMT+022040 IDT+03 IDDT+04: Asia/Jerusalem Asia/Tel_Aviv Israel ;
JMT-002248 GMT+00: Atlantic/St_Helena ;
JST+09 JDT+10: Asia/Tokyo Japan ;
KMT-040456 AST-04: America/St_Vincent ;
KMT-050710 EST-05: America/Cayman ;
KMT-050710 EST-05 EDT-04: America/Grand_Turk America/Jamaica Jamaica ;
KST+0830 KST+09: Asia/Pyongyang ;
KST+0830 KST+09 KDT+0930 KDT+10: Asia/Seoul ROK ;
MMT+0454: Indian/Maldives ;
MMT+051932: Asia/Colombo ;
MMT+052110 IST+0530 HMT+055320: Asia/Calcutta Asia/Kolkata ;
MMT+075736 WITA+08: Asia/Makassar Asia/Ujung_Pandang ;
MMT-004430 MMT-004308 GMT+00: Africa/Monrovia ;
MMT-034451: America/Montevideo ;
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
NST-033052 NST-0330 NDT-023052 NDT-0230 NDDT-0130: America/St_Johns Canada/Newfoundland ;
NZMT+1130 NZST+12 NZST+1230 NZDT+13: Antarctica/South_Pole NZ Pacific/Auckland ;
PKT+05 PKST+06: Asia/Karachi ;
PLMT+070630: Asia/Ho_Chi_Minh Asia/Phnom_Penh Asia/Saigon Asia/Vientiane ;
PMMT+094832: Pacific/Bougainville Pacific/Port_Moresby Pacific/Truk Pacific/Yap ;
PMT+000921 CET+01 CEST+02: Africa/Tunis ;
PMT+034505: Asia/Yekaterinburg ;
PMT-034052 PMT-034036: America/Paramaribo ;
PST+08 PDT+09: Asia/Manila ;
PST-08 MST-07: America/Creston America/Dawson_Creek America/Fort_Nelson ;
PST-08 MST-07 MDT-06: America/Boise ;
PST-08 MST-07 MDT-06 -00+00: America/Inuvik ;
PST-08 PDT-07: America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver
Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific ;
QMT-0514: America/Guayaquil ;
RMT+004956 CET+01 CEST+02: Europe/Rome Europe/San_Marino Europe/Vatican ;
RMT+062447: Asia/Rangoon Asia/Yangon ;
SAST+0130 CAT+02 CAST+03: Africa/Gaborone ;
SAST+0130 SAST+02 SAST+03: Africa/Johannesburg ;
SAST+02: Africa/Mbabane ;
SAST+02 SAST+03: Africa/Maseru ;
SMT+065525: Asia/Kuala_Lumpur Asia/Singapore Singapore ;
SMT-035124: Atlantic/Stanley ;
SMT-044245: America/Coyhaique America/Punta_Arenas America/Santiago Chile/Continental ;
SST-11: Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa ;
TBMT+025911: Asia/Tbilisi ;
TMT+032544: Asia/Tehran Iran ;
UTC+00: Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu ;
WAT+01: Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Libreville Africa/Luanda ;
WAT+01 CAT+02: Africa/Lubumbashi ;
WAT+01 CAT+02 SAST+03: Africa/Windhoek ;
WAT+01 WAST+02: Africa/Ndjamena ;
WET+00 BMT+001730 CET+01 CEST+02: CET Europe/Brussels MET ;
WET+00 CET+01 CEST+02: Africa/Ceuta Europe/Andorra Europe/Luxembourg Europe/Madrid ;
WET+00 PMT+000921 CET+01 CEST+02: Africa/Algiers Europe/Monaco Europe/Paris ;
WET+00 WEST+01: Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe ;
WET+00 WEST+01 CEST+02: Europe/Lisbon Portugal WET ;
WIB+07 BMT+070712: Asia/Jakarta ;
WIB+07 PMT+071720 WITA+08: Asia/Pontianak ;
WIT+09: Asia/Jayapura ;
YST-09 PST-08 MST-07: America/Dawson America/Whitehorse Canada/Yukon ;
`;
