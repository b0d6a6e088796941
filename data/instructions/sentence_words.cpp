// Word lists, chosen so that the decisions are those of Punkt's English model on ordinary text.
#include "data/instructions/sentence_words.h"

#include <unordered_set>

#include "data/instructions/characters.h"

namespace braid {
namespace {

using Words = std::unordered_set<std::string_view>;

constexpr std::string_view kAbbreviations =
    "adm ave bros co col corp dr ft gen inc jr lt ltd maj messrs mr mrs ms prof rep sen sr st vs "
    "jan feb aug sep sept oct nov dec tues wed fri a.d a.m p.m d.c u.k u.n u.s u.s.a m.b.a ph.d "
    "n.c n.j n.y s.c ala ariz calif colo conn fla ga ill kan ky mich minn okla ore pa tenn va vt "
    "wash wis c d e f g h k l m n p r s t v w";

constexpr std::string_view kStarters =
    "above according accordingly adding along already although always among answers anybody "
    "anyone anything apply ask asked asking assign available became become becoming begin behind "
    "being believe besides better between beyond body both boy bringing brings build but call "
    "calling came certainly check choose choosing compare conduct consider considering create "
    "creates creating cultural depending describe despite develop different difficult discuss "
    "does done drink early eight either enjoy ensure especially evaluate even eventually evidence "
    "examine example examples excellent experts explain explanation eyes fact feeling feels felt "
    "fewer fill finally follow following friend furthermore gave girl given gives giving goes "
    "going hands hate he hear helped helping helps hence her here herself him himself hour hours "
    "however i idea if imagine important improve in include including indeed inside instead "
    "interesting into it keeps kept knew learn least likewise listen looked looking loud many "
    "meanwhile mind mine minute mix mobile months moreover morning most mother myself nature need "
    "needed needs neither nevertheless nonetheless nor note nothing number numbers okay onto "
    "otherwise ours ourselves overall per person places play player playing plays please points "
    "possibly practice probably problem problems provide put puts putting question questions ran "
    "rarely reads receive recently regularly religious remember remove researchers result results "
    "right runs sadly same saw schedule seeing seem seems send serve seven showing similarly "
    "simple since so some someone sometimes soon sorry speak specifically started starting still "
    "stopped stopping stops stories such suddenly surely taking teach teacher teaching team "
    "telling ten thank thanks the them themselves there therefore these they things think "
    "thinking thinks this though thought through thus tomorrow took towards tried tries true try "
    "trying turn turned turning turns ultimately under understand unfortunately unless unlike "
    "upon us uses using very via wait walk wanted wants weeks welcome went were when whether "
    "which while whole whom wish within without words worked working worse writes writing yes "
    "yesterday yet your yourself";

// Also found with a capital inside sentences: in headlines, titles and names.
constexpr std::string_view kOtherOrdinary =
    "a about across actually add after again against air all also am an and another answer any "
    "are around art as asks at average avoid bad based basically be beautiful because becomes "
    "been before began beginning begins below best big book books brief bring brought building "
    "business buy by called calls can certain change child children city clearly close come comes "
    "coming common companies company continue could country cover cut data day days department "
    "did do during each easy eat evening every everybody everyone everything facts family father "
    "feel few find finding finds fire first five food for found four free friends from full game "
    "games generally get gets getting give go good got great had hard has have having health "
    "heart heat help hey high his history home hope house how ideas identify increase information "
    "introduction is its itself job just keep keeping know knowing knows large last late later "
    "learning leave leaves leaving left less let life like limited little live long look looks "
    "love low lower made make makes making man may maybe me men might minutes money monitor month "
    "more move much music must my name names near never new next night nine no nobody not notice "
    "now of off often old on once one only open or other others our outside over parents part pay "
    "people perhaps place point poor popular possible print purchase quite rather read reading "
    "really reason reasons reduce research return review run running said say saying says school "
    "science scientists second see sees sell set several share she short should show showed shows "
    "six sleep small somebody something start starts stay stop story strong student students "
    "studies summary sure take takes talk teachers technology tell tells than that their then "
    "thing third those three time to today told too toward town travel two until use used usually "
    "visit want was watch water way ways we week well what where who whose why will with woman "
    "women word work works world would write wrong wrote year years you young";

Words words_of(std::string_view list) {
  const auto pieces = split(list, " ");
  return Words(pieces.begin(), pieces.end());
}

}  // namespace

bool is_abbreviation(std::string_view word) {
  static const Words abbreviations = words_of(kAbbreviations);
  return abbreviations.contains(word);
}

bool is_starter(std::string_view word) {
  static const Words starters = words_of(kStarters);
  return starters.contains(word);
}

bool is_ordinary(std::string_view word) {
  static const Words others = words_of(kOtherOrdinary);
  return is_starter(word) || others.contains(word);
}

}  // namespace braid
