// Package chain turns what leaders have into orders, and orders into what leaders
// post: the text of a 接龙 chain copied from a chat, and the spreadsheets that 快团团
// and 群接龙 export.
//
// Parse reads a chain into a Review. Every line of the input ends as a header, a
// menu, an example, chat, an order, a change or a question; none is dropped. A
// Review is what the leader looks at beside the text: each Entry shows its parts
// and the questions that are open. Answer settles them, Orders gives what the
// settled entries ask for, and Format writes orders as a chain that parses back to
// the same orders.
//
//	text ─ Parse ─▶ Review ─ Answer ─▶ Review ─ Orders ─▶ []Order ─ Format ─▶ text
//	sheet ─ ReadSheet ─┘
//
// The package knows the compound's doors (app/community reads addresses) and the
// round's items, and keeps nothing. It refuses a paste of more than 5,000 lines,
// halves of things that are sold whole, and to guess: who, which door, which
// item, how many, and whether the same name twice is a top-up or a duplicate are
// asked.
package chain

import (
	"baimi/app/community"
)

// Limits of one paste or sheet, and of one line in it.
const (
	MaxLines    = 5000
	MaxBytes    = 1 << 20
	MaxQuantity = 999 // of one item in one entry
)

// Item is one thing that the round offers.
type Item struct {
	ID     string   `json:"id"`
	NameZh string   `json:"name_zh"`
	NameEn string   `json:"name_en"`
	Code   string   `json:"code,omitempty"` // as the leader's menu calls it: A, E1
	Units  []string `json:"units"`          // words for one of it: 板, tray; the first is written back
}

// Context is what the text is read against.
type Context struct {
	Compound *community.Compound
	Building string                    // of a building's own group: a room alone is an address; empty for the whole compound
	Items    []Item                    // in the order of the round, so that #1 is the first
	Known    map[string]community.Door // names that were confirmed before
	Ordered  map[community.Door]bool   // doors that the round has orders of, which a change may be about
}

// Kind is what a line or an entry turned out to be.
type Kind string

const (
	Blank    Kind = "blank"
	Header   Kind = "header"  // #接龙, the title, the deadline
	Menu     Kind = "menu"    // what is on offer
	Example  Kind = "example" // 例 张三 1份
	Chat     Kind = "chat"    // 收到
	Wanted   Kind = "order"
	Changed  Kind = "change" // 改成, 不要了, +1 of a name that has ordered
	Question Kind = "question"
)

// TextLine is one line of the input and what became of it. Entry counts from 1; 0
// says that it belongs to none.
type TextLine struct {
	Text  string `json:"text"`
	Kind  Kind   `json:"kind" enum:"blank,header,menu,example,chat,order,change,question"`
	Entry int    `json:"entry,omitempty"`
}

// Review is a chain or sheet as it was understood, bounded by 5,000 lines.
type Review struct {
	Title    string     `json:"title,omitempty"`
	Deadline string     `json:"deadline,omitempty"` // as it was written: 15:00截止
	Lines    []TextLine `json:"lines"`
	Entries  []Entry    `json:"entries"`
}

// Action is what an entry does to what the household has ordered.
type Action string

const (
	Add     Action = "add"     // on top of it
	Set     Action = "set"     // instead of it, for the items named
	Replace Action = "replace" // instead of all of it; by the leader's answer
	Cancel  Action = "cancel"  // of the items named, or of all
	Ignore  Action = "ignore"  // nothing; by the leader's answer
)

// Entry is one person's order or change, of one line or several.
type Entry struct {
	Line      int                `json:"line"` // first line, from 1
	Number    int                `json:"number,omitempty"`
	Text      string             `json:"text"`
	Parts     []Part             `json:"parts"` // put together they are Text
	Kind      Kind               `json:"kind" enum:"order,change,question"`
	Action    Action             `json:"action" enum:"add,set,replace,cancel,ignore"`
	Name      string             `json:"name,omitempty"`
	Phone     string             `json:"phone,omitempty"`
	Note      string             `json:"note,omitempty"`
	Door      *community.Door    `json:"door,omitempty"` // where it is certain
	DoorFrom  string             `json:"door_from,omitempty" enum:",address,known,chain,answer"`
	Wants     []Want             `json:"wants"`
	Questions []Ask              `json:"questions"`         // none: the entry is settled
	Address   *community.Reading `json:"address,omitempty"` // where it is in doubt

	again  bool // a verb says that it changes what was ordered: 再加
	plus   bool // +1
	loose  bool // the address is two numbers with a gap: a quantity and a price may look like it
	listed bool // one of several doors that its line names
	of     int  // posting: two chains in one paste
}

// Part is a piece of an entry's text.
type Part struct {
	Kind PartKind `json:"kind"`
	Text string   `json:"text"`
}

// PartKind says what a piece of text was taken for.
type PartKind string

const (
	PartOther    PartKind = "" // not understood, or punctuation
	PartNumber   PartKind = "number"
	PartTime     PartKind = "time"
	PartAddress  PartKind = "address"
	PartName     PartKind = "name"
	PartItem     PartKind = "item"
	PartQuantity PartKind = "quantity"
	PartPrice    PartKind = "price"
	PartPhone    PartKind = "phone"
	PartVerb     PartKind = "verb"
	PartLabel    PartKind = "label"
	PartNote     PartKind = "note"
)

// Want is a quantity of one item.
type Want struct {
	Item     string `json:"item"`
	Quantity int64  `json:"quantity"`
}

// Ask is one open question of an entry. Address codes are community's doubts.
type Ask struct {
	Code  string           `json:"code"`
	Doors []community.Door `json:"doors,omitempty"` // to choose from
	Items []string         `json:"items,omitempty"` // to choose from
	Entry int              `json:"entry,omitempty"` // the other entry, from 1
	Text  string           `json:"text,omitempty"`  // the words in doubt
}

// The codes of questions beside community.Doubt; pages translate them.
const (
	AskQuantity     = "quantity_missing" // a name, and no number
	AskHalf         = "half"             // 半箱: sold whole
	AskTooMany      = "too_many"         // more than 999 of one item, or none
	AskWhichItem    = "which_item"       // several items, none named, or a word that fits several
	AskPairing      = "pairing"          // numbers and items that cannot be paired: 2原味1
	AskEachHow      = "each_how_many"    // 12-301、302 2份: two for each, or together
	AskUnit         = "unit_other"       // 2斤 of what is sold by the tray
	AskAgain        = "again"            // the same household or name twice: top-up or duplicate?
	AskCancelWhat   = "cancel_what"      // 退出 1: whose, and what
	AskSwap         = "swap"             // 原味换成水果
	AskNothingYet   = "nothing_yet"      // a change of a name that has not ordered
	AskNotBuilding  = "other_building"   // a door outside the group's building
	AskUnclear      = "unclear"          // nothing in the line is understood
	AskIsOrder      = "is_order"         // 鸡蛋破了2个, 可以留2板吗: goods in a question or a complaint
	AskTotalDiffers = "total_differs"    // 共3份 beside two
)
