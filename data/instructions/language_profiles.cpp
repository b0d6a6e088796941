// Function words and letters.
#include "data/instructions/language_profiles.h"

#include <iterator>

namespace braid {
namespace {

constexpr LanguageProfile kProfiles[] = {
    {"en", Script::kLatin,
     "the of and to a in is you that it he was for on are as with his they i at be this have "
     "from or had by not but what all were we when your can said there an which she do how "
     "their if will about then them these so her would him has more no my who its our into "
     "than just here why where been could should make like time people work use used using "
     "help first good many most some other over only also get see know take new way day well "
     "any because after before between under while does did being such may might must each "
     "own much very still",
     "ing tion ed ly ness ment ght", ""},
    {"de", Script::kLatin,
     "der die das und ist nicht ein eine einen einem einer den dem des zu mit für auf von im "
     "sich auch ich du er sie es wir ihr sind war wie als aber oder wenn dass werden wird "
     "haben hat noch nur so nach bei aus um über zum zur kein keine man am sein seine ihre "
     "kann können mehr sehr also ab bitte dann doch immer hier jetzt mich dich mir dir uns wo "
     "wer durch gegen vor ohne",
     "ung ungen keit heit lich ischen isch chen ieren iert tzen lassen eiten igen", "äöüß"},
    {"fr", Script::kLatin,
     "le la les un une des du de et est en que qui dans pour pas sur au aux avec ce cette ces "
     "il elle ils elles nous vous je tu ne se son sa ses mais ou où par plus sont être avoir "
     "fait l d qu c n j s leur leurs comme tout tous votre notre si y très aussi était",
     "eur eurs eux euse ique iques ement aire aires ées ée és tion tions ez aient oir",
     "àâçéèêëîïôœùûü"},
    {"es", Script::kLatin,
     "el la los las un una unos unas de del y que en es por para con no se su sus lo le les "
     "al como más pero o este esta estos estas son está están fue ser ha han hay muy también "
     "yo tú él ella nos mi me te si sí cuando donde qué cómo todo todos sobre entre sin "
     "porque",
     "ción ciones dad mente ado ados ada adas ido idos ar er os as ería iendo ando", "áéíñóúü"},
    {"pt", Script::kLatin,
     "o a os as um uma uns umas de do da dos das e que em no na nos nas por para com não se "
     "seu sua seus suas ao aos à é são foi ser tem mais mas ou este esta isso como quando "
     "muito também você eu ele ela eles nós me te pelo pela está até sem já entre sobre "
     "porque",
     "ção ções dade mente ado ados ada adas ido inho ões ão ndo eiro lho lha ém", "áâãàçéêíóôõú"},
    {"it", Script::kLatin,
     "il lo la i gli le un uno una di del dello della dei degli delle e che è in nel nella "
     "per con non si su sul sulla al alla da dal dalla come più ma o se questo questa questi "
     "sono era essere ha hanno ho mi ti ci vi anche io tu lui lei noi voi loro cosa quando "
     "molto tra dove suo sua perché ed l dell nell all dall c",
     "zione zioni ità mente ato ati ata ate uto ere are ire ggi cchi glia gno ello etto", "àèéìòù"},
    {"nl", Script::kLatin,
     "de het een en van ik je dat is in te op zijn met voor niet aan er maar om ook als dan "
     "bij nog uit naar heb heeft hij zij we wij ze was wat dit die deze of door over kan "
     "worden wordt geen veel meer mijn jouw uw hun tot",
     "ijk ijke lijk lijke heid ing ingen aar eren oor tie ties baar stuk elen", "ëï"},
    {"sv", Script::kLatin,
     "och att det i en jag som är på för av med den till inte ett om har de var han hon vi du "
     "men sig från så kan när man eller vad ska skulle alla efter också mycket här där nu "
     "denna dessa mitt min din sin",
     "ning ingen het ande ade lig liga tt ar or erna arna are ska igt", "åäö"},
    {"da", Script::kLatin,
     "og at det i en jeg som er på for af med den til ikke et om har de var han hun vi du men "
     "sig fra så kan når man eller hvad skal skulle alle efter også meget her der nu denne "
     "disse mit min din sin blev bliver være",
     "ning lse lser hed ende ede lig lige ne er erne eren et igt", "åæø"},
    {"no", Script::kLatin,
     "og at det i en jeg som er på for av med den til ikke et om har de var han hun vi du men "
     "seg fra så kan når man eller hva skal skulle alle etter også mye her der nå denne disse "
     "mitt min din sin ble blir være",
     "ning else elser het ende ede lig lige ene er eren et ing igt", "åæø"},
    {"fi", Script::kLatin,
     "ja on ei se että oli hän joka mutta niin kuin mitä tämä olla ole ovat minä sinä me te "
     "he jos kun myös vain nyt sen ne tai voi kaikki minun sinun hänen siitä jo sitten joten "
     "koska",
     "ssa ssä sta stä lla llä lle een iin inen iset sen ksi tta ttä vat vät nut tu ty aan ään "
     "ista oiden",
     "äö"},
    {"et", Script::kLatin,
     "ja on ei et see oli ta mis kes kuid ka kui siis oma selle ning või mina sina meie teie "
     "nad veel aga siin seal kõik väga pärast enne olid tema mille seda ole",
     "mine mise tud stus sse st le ga ks id te dele tes dest nud da ma kse usi avad", "äõöü"},
    {"pl", Script::kLatin,
     "i w na z się nie do to że jest o jak po ale co za od przez dla są czy tak już ten ta te "
     "tego był była było być może ma mnie ty on ona my wy oni bardzo tylko też który która "
     "które gdy jego jej ich oraz jako",
     "ości ość anie ania enie enia ego ych ymi owa owe owy ów ami ach ać ić cji ła ły",
     "ąćęłńóśźż"},
    {"cs", Script::kLatin,
     "a v na je se že to s z do o i jak ale za pro by ve k po jsem jsou byl byla bylo být "
     "jeho její ten ta tento tato nebo co tak když už jen který která které má od při velmi "
     "také podle",
     "ní ého ých ými ost osti ova ovat ky ce ím ách ech ům ový ové ná né ka", "áčďéěíňóřšťúůýž"},
    {"hu", Script::kLatin,
     "a az és hogy nem is egy van ez de meg ha mint csak már még ki mi volt lesz vagy aki ami "
     "azt ezt én te ő mert minden nagyon után kell lehet el fel szép ezek azok által",
     "ban ben nak nek ság ség okat eket ok ek ott ett ás és hoz hez ni unk ünk atja ható",
     "áéíóöőúüű"},
    {"ro", Script::kLatin,
     "și în de la cu pe este nu a să că un o din pentru care mai sunt se ce au fost al ale "
     "lui ei sau dar prin după am ai acest această acestea foarte când unde între fi era ca "
     "le",
     "ul ului elor ilor ție ții are ere ate ați ează esc ească rea tea uri ele oare", "ăâîșțşţ"},
    {"tr", Script::kLatin,
     "ve bir bu da de için ile çok ne ben sen o biz siz onlar mi mu daha gibi kadar olarak "
     "olan oldu var yok değil ama en her şey sonra ki ya veya hem nasıl neden ise tüm",
     "lar ler ları leri mak mek dır dir nın nin lık lik miş mış yor ınız iniz acak ecek dan "
     "den",
     "çğıöşü"},
    {"id", Script::kLatin,
     "dan yang di ini itu dengan untuk tidak dari dalam akan pada adalah ke saya anda dia "
     "mereka kami kita juga atau oleh sebagai ada bisa dapat telah sudah lebih karena seperti "
     "jika hanya banyak orang",
     "kan nya an ng ah ikan lah", ""},
    {"sw", Script::kLatin,
     "na ya wa kwa ni katika la za kuwa hii huu hiyo hizi yake wake wao si kama lakini au pia "
     "sana cha vya mimi wewe yeye sisi watu mtu yako wangu yangu ili hilo hivyo kila bila "
     "zaidi baada kabla bado ndiyo hapana",
     "isha ika wa sha tia ani ini eni aji ano ake azo", ""},
    {"vi", Script::kLatin,
     "và là của có không được cho một các trong với những này đó để người tôi bạn khi từ đến "
     "như cũng rất nhiều ra vào về thì mà sẽ đã đang ở trên hay hoặc nếu vì",
     "", "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"},
    {"ru", Script::kCyrillic,
     "и в не на я что он с как это по но они она мы вы все за так его из для от то у же бы о "
     "был была было быть есть или если когда только уже ещё еще чтобы мне меня вас нас очень "
     "также при который которые",
     "ый ого его ных ия ии ние ния ать ить ется ость ости ой ые ая ам ть ться", "ёъыэ"},
    {"bg", Script::kCyrillic,
     "и в не на да се е от за с че са ще ги го по това като но или ако към при аз ти той тя "
     "то ние вие те един една едно които което който която много само още бъде беше има няма "
     "тази този тези със във",
     "ата ите ото ият ният ция ане та те ят ува ваме яват", "ъ"},
    {"uk", Script::kCyrillic,
     "і в не на я що він з як це по але вони вона ми ви все за так його із для від то у ж би "
     "про був була було бути є або якщо коли тільки вже ще щоб мені мене вас нас дуже також "
     "при який які та й до",
     "ий ого ння них ія ії ість ості ати ити ється ої их ою ів ься ти", "єіїґ"},
    {"ar", Script::kArabic,
     "في من على إلى أن هذا هذه التي الذي ما لا هو هي كان كانت عن مع أو ثم قد لم لن إن كل بعد "
     "قبل عند ذلك تلك نحن أنا أنت هم بين حتى إذا لكن يمكن كما غير أي وهو وهي فيها به لها له",
     "ات ون ين ها ية هم نا", "ةىأإؤئيك"},
    {"fa", Script::kArabic,
     "و در به از که این را با است برای آن یک خود تا بر هم نیز می شود شد کرد ما شما من او آنها "
     "ها های باید دارد بود اگر یا هر همه چه کند کنید باشد نمی اما بسیار بین دو سال",
     "های هایی شده ید ند ترین انه اند ی", "پچژگکی"},
    {"ur", Script::kArabic,
     "کے کی میں ہے اور سے کا کو اس نے ہیں کہ پر یہ ایک بھی تھا تھی تھے ہو وہ جو کر نہیں لیے "
     "ساتھ ہم آپ کیا تو ان اپنے اپنی ہوتا ہوتی گیا رہا رہے کسی بہت جب یا دیا گئی",
     "وں یں یاں ئے ئی نے تا تی", "ٹڈڑےںہھپچژگکی"},
    {"hi", Script::kDevanagari,
     "है हैं में के की का को से और पर यह वह एक कि ने भी नहीं था थी थे हो कर लिए जो तो ही इस उस आप हम "
     "मैं अपने अपनी क्या किया गया साथ बहुत या जब तक रहा रहे रही कुछ सकते सकता करें",
     "ें ों ाएं ना ता ती ते ाओं ियों एगा िए कर", ""},
    {"mr", Script::kDevanagari,
     "आहे आहेत आणि व मध्ये ते हे ही हा या त्या मी तू तो ती आम्ही तुम्ही नाही होते होता होती केले केला साठी "
     "एक पण की का जे ज्या त्याचा त्यांच्या माझा माझे आपण आपल्या खूप असे असा करा झाले झाला किंवा येथे",
     "ात ून चे ची च्या ले ला त्या णे तील ांना ण्यासाठी साठी ंचे ता लेले ावे", "ळ"},
    {"ne", Script::kDevanagari,
     "छ छन् हो र मा को का की ले लाई यो त्यो म तिमी तपाईं हामी उनी गर्न गर्ने गरेको भएको थियो थिए छैन "
     "पनि एक तर वा के कि सँग बाट लागि धेरै अनि हुन्छ हुने गर्छ गर्नुहोस् यस उनको मेरो हाम्रो जस्तै",
     "को का मा ले लाई हरू हरु हरूको एको ने छ छन् बाट दै हुन् ुहोस् न्छ सँग", ""},
};

static_assert(std::size(kProfiles) <= 64, "the index has one bit per language");

}  // namespace

std::span<const LanguageProfile> language_profiles() { return kProfiles; }

}  // namespace braid
