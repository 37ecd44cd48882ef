package chain

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"baimi/app/community"
)

func numberedBuildings(n, units int, lane string) (all []community.Building) {
	for i := range n {
		b := community.Building{No: fmt.Sprint(i + 1), Floors: 15, Units: units, DoorsPerFloor: 4, Lane: lane}
		if lane != "" {
			b.No = lane + "-" + b.No
		}
		all = append(all, b)
	}
	return all
}

func namedBuildings(names ...string) (all []community.Building) {
	for _, n := range names {
		no, aliases, _ := strings.Cut(n, "=")
		all = append(all, community.Building{No: no, Aliases: strings.Fields(aliases), Floors: 15, Units: 1, DoorsPerFloor: 4})
	}
	return all
}

var compounds = map[string]*community.Compound{
	"lanes":  {Form: community.AddressForm{Prefixes: []string{"紫龙路"}, BuildingZh: "号", NeverUnits: true}, Buildings: numberedBuildings(23, 1, "828")},
	"units":  {Form: community.AddressForm{BuildingZh: "栋"}, Buildings: numberedBuildings(23, 2, "")},
	"blocks": {Form: community.AddressForm{BuildingZh: "座", BuildingEn: "Block"}, Buildings: namedBuildings("A", "B", "C", "D", "E", "F")},
	"towers": {NameZh: "紫藤花园", Form: community.AddressForm{Prefixes: []string{"紫龙路500号"}}, Buildings: numberedBuildings(33, 1, "")},
	"trees":  {Form: community.AddressForm{BuildingZh: "苑"}, Buildings: namedBuildings("梅=梅苑", "兰=兰苑", "竹", "听雨轩")},
}

var offers = map[string][]Item{
	"veg":      {{ID: "veg", NameZh: "蔬菜包", NameEn: "Vegetable pack", Units: UnitWords("pack")}},
	"eggs":     {{ID: "egg", NameZh: "鸡蛋30枚", NameEn: "Eggs", Units: append(UnitWords("tray"), "箱")}},
	"yogurt":   {{ID: "plain", NameZh: "原味酸奶", NameEn: "Plain yogurt", Units: []string{"杯"}}, {ID: "fruit", NameZh: "水果酸奶", NameEn: "Fruit yogurt", Units: []string{"杯"}}},
	"citrus":   {{ID: "orange", NameZh: "蜜桔", Units: UnitWords("case")}, {ID: "gong", NameZh: "贡柑", Units: UnitWords("case")}},
	"cuts":     {{ID: "belly", NameZh: "猪五花", NameEn: "Pork belly", Code: "A", Units: UnitWords("pack")}, {ID: "brisket", NameZh: "牛腩", NameEn: "Beef brisket", Code: "B", Units: UnitWords("pack")}, {ID: "wing", NameZh: "鸡翅中", NameEn: "Chicken wings", Code: "C", Units: UnitWords("pack")}},
	"pantry":   {{ID: "rice", NameZh: "大米 10kg", NameEn: "Rice", Units: UnitWords("bag")}, {ID: "oil", NameZh: "食用油 5L", NameEn: "Oil", Units: []string{"桶"}}, {ID: "noodle", NameZh: "挂面", Units: UnitWords("pack")}, {ID: "potato", NameZh: "土豆", Units: []string{"斤"}}},
	"flavours": {{ID: "plain", NameZh: "酸奶原味", Units: UnitWords("pack")}, {ID: "fruit", NameZh: "酸奶水果味", Units: UnitWords("pack")}},
	"box":      {{ID: "veg", NameZh: "蔬菜包", NameEn: "Veggie box", Units: UnitWords("pack")}},
	"meat":     {{ID: "pork", NameZh: "猪肉"}, {ID: "beef", NameZh: "牛肉"}, {ID: "fish", NameZh: "鱼"}},
	"bakery":   {{ID: "toast", NameZh: "吐司", NameEn: "Toast", Units: UnitWords("bag")}, {ID: "wheat", NameZh: "全麦吐司", NameEn: "Wheat toast", Units: UnitWords("bag")}, {ID: "egg", NameZh: "草鸡蛋", NameEn: "Farm eggs", Units: UnitWords("box")}, {ID: "milk", NameZh: "鲜牛奶950ml", NameEn: "Fresh milk", Units: UnitWords("bottle")}},
	"sizes":    {{ID: "egg30", NameZh: "鸡蛋30枚", Units: UnitWords("tray")}, {ID: "egg60", NameZh: "鸡蛋60枚", Units: UnitWords("tray")}, {ID: "cola", NameZh: "可乐330ml*24", NameEn: "Cola", Units: UnitWords("case")}},
	"sets":     {{ID: "A", NameZh: "A套餐", NameEn: "Set A", Units: UnitWords("pack")}, {ID: "B", NameZh: "B套餐", NameEn: "Set B", Units: UnitWords("pack")}, {ID: "C", NameZh: "C套餐", NameEn: "Set C", Units: UnitWords("pack")}},
	"market":   {{ID: "egg", NameZh: "鸡蛋", NameEn: "Eggs", Units: UnitWords("tray")}, {ID: "milk", NameZh: "牛奶", NameEn: "Milk", Units: UnitWords("case")}, {ID: "rice", NameZh: "大米", NameEn: "Rice", Units: UnitWords("bag")}},
}

// sample is one chain of the corpus: a text, the context it is read in, and what each line is.
type sample struct {
	name    string
	context Context
	text    string
	want    []string
}

// samples reads a corpus file. Each chain begins with === name | items | compound[:building] | known
// names; each line is followed by a tab, ⇒ and what it is.
func samples(t testing.TB, file string) (all []sample) {
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range strings.SplitSeq(string(body), "=== ") {
		head, text, ok := strings.Cut(chunk, "\n")
		if !ok {
			continue
		}
		fields := strings.Split(head, "|")
		place, home, _ := strings.Cut(strings.TrimSpace(fields[2]), ":")
		s := sample{name: strings.TrimSpace(fields[0])}
		s.context = Context{Compound: compounds[place], Building: home, Items: offers[strings.TrimSpace(fields[1])], Known: map[string]community.Door{}}
		for pair := range strings.FieldsSeq(fields[3]) {
			name, id, _ := strings.Cut(pair, "=")
			_, s.context.Known[name], err = community.ParseHouseholdID("A001/" + id)
			if err != nil {
				t.Fatal(err)
			}
		}
		var lines []string
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
			line, want, _ := strings.Cut(line, "\t⇒ ")
			lines, s.want = append(lines, line), append(s.want, want)
		}
		s.text = strings.Join(lines, "\n")
		all = append(all, s)
	}
	return all
}

// outcome says in one line what became of a line.
func outcome(r *Review, line int) string {
	l := r.Lines[line]
	if l.Entry == 0 {
		return string(l.Kind)
	}
	e := r.Entries[l.Entry-1]
	if e.Line != line+1 {
		return string(l.Kind) + " ↑"
	}
	out := string(e.Kind)
	if e.Action != Add {
		out += " " + string(e.Action)
	}
	if e.Door != nil {
		out += " " + e.Door.String()
	}
	if e.Name != "" {
		out += " " + e.Name
	}
	for _, w := range e.Wants {
		out += fmt.Sprintf(" %s=%d", w.Item, w.Quantity)
	}
	if e.Phone != "" {
		out += " ☎" + e.Phone
	}
	if e.Note != "" {
		out += " 「" + e.Note + "」"
	}
	for _, q := range e.Questions {
		out += " ?" + q.Code
	}
	return out
}

func TestEveryLineOfTheCorpusIsAccountedFor(t *testing.T) {
	all := samples(t, "testdata/chains.txt")
	if len(all) < 30 {
		t.Errorf("%d chains", len(all))
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			r, err := Parse(s.text, s.context)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range r.Lines {
				if got := outcome(r, i); got != s.want[i] {
					t.Errorf("%s\n\tis   %s\n\twant %s", l.Text, got, s.want[i])
				}
			}
		})
	}
}
