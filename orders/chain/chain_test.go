package chain

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"baimi/app/community"
	"baimi/app/fault"
)

func context(place, items string) Context {
	return Context{Compound: compounds[place], Items: offers[items]}
}

func parse(t testing.TB, text string, c Context) *Review {
	t.Helper()
	r, err := Parse(text, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func answer(t testing.TB, r *Review, c Context, a Answer) {
	t.Helper()
	if _, err := r.Answer(a, c); err != nil {
		t.Fatal(err)
	}
}

func wanted(orders []Order) string {
	var out []string
	for _, o := range orders {
		s := o.Door.String()
		for _, w := range o.Wants {
			s += fmt.Sprintf(" %s=%d", w.Item, w.Quantity)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestAnswersSettleAReview(t *testing.T) {
	c := context("lanes", "market")
	r := parse(t, "1. 小周 鸡蛋2\n2. 12-302 小吴 3份\n3. 小周 鸡蛋1\n4. 12-302 小吴 牛奶1\n那个谁家的猫\n", c)
	if r.Open() != 5 || len(r.Orders()) != 0 {
		t.Fatalf("%d open, orders %q", r.Open(), wanted(r.Orders()))
	}
	answer(t, r, c, Answer{Entry: 1, Door: &community.Door{Building: "828-12", Unit: "1", Room: "301"}})
	if e := r.Entries[2]; e.Door == nil || e.DoorFrom != "chain" || e.Questions[0].Code != AskAgain {
		t.Errorf("the same name has the same door: %+v", e)
	}
	answer(t, r, c, Answer{Entry: 3, Action: Add})
	answer(t, r, c, Answer{Entry: 2, Wants: []Want{{"egg", 3}}})
	answer(t, r, c, Answer{Entry: 4, Action: Replace})
	answer(t, r, c, Answer{Entry: 5, Action: Ignore})
	if r.Open() != 0 || wanted(r.Orders()) != "828-12/1-301 egg=3; 828-12/1-302 milk=1" {
		t.Errorf("%d open, orders %q", r.Open(), wanted(r.Orders()))
	}
	for i, l := range r.Lines {
		if l.Kind == Question {
			t.Errorf("line %d is still a question: %+v", i+1, r.Entries[l.Entry-1])
		}
	}
}

func TestALineThatWasNotUnderstoodIsAskedForAllItLacks(t *testing.T) {
	c := context("lanes", "eggs")
	door := &community.Door{Building: "828-12", Unit: "1", Room: "301"}
	for name, first := range map[string]Answer{"goods first": {Entry: 1, Wants: []Want{{"egg", 2}}}, "door first": {Entry: 1, Door: door}} {
		r := parse(t, "那个谁家的猫又跑出来了", c)
		answer(t, r, c, first)
		if r.Open() != 1 || r.Lines[0].Kind != Question {
			t.Errorf("%s: half an answer settled it: %+v", name, r.Entries[0])
		}
		answer(t, r, c, Answer{Entry: 1, Door: door, Wants: []Want{{"egg", 2}}})
		if got := wanted(r.Orders()); r.Open() != 0 || got != "828-12/1-301 egg=2" {
			t.Errorf("%s: %d open, %q", name, r.Open(), got)
		}
	}
}

func TestAnswersThatCannotBeAreRefused(t *testing.T) {
	c := context("lanes", "market")
	r := parse(t, "1. 小周 鸡蛋2", c)
	for code, a := range map[string]Answer{
		"no_such_entry": {Entry: 2},
		"no_such_door":  {Entry: 1, Door: &community.Door{Building: "828-12", Unit: "1", Room: "1"}},
		"no_such_item":  {Entry: 1, Wants: []Want{{"gold", 1}}},
		"quantity":      {Entry: 1, Wants: []Want{{"egg", 1000}}},
	} {
		if _, err := r.Answer(a, c); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if r.Open() != 1 {
		t.Error("a refused answer changed the review")
	}
}

func TestADuplicateIsAnsweredInThreeWays(t *testing.T) {
	c := context("lanes", "eggs")
	for action, want := range map[Action]string{Add: "828-12/1-301 egg=3", Replace: "828-12/1-301 egg=2", Ignore: "828-12/1-301 egg=1"} {
		r := parse(t, "1. 12-301 小周 1板\n2. 12-301 小周 2板", c)
		answer(t, r, c, Answer{Entry: 2, Action: action})
		if got := wanted(r.Orders()); got != want {
			t.Errorf("%s: %q, want %q", action, got, want)
		}
	}
}

func TestALineOfTwoDoorsBecomesTwoOrders(t *testing.T) {
	c := context("lanes", "eggs")
	read := func() *Review { return parse(t, "1. 12-301、302 2板\n2. 12-303 小郑 1板", c) }
	both := Answer{Entry: 1, Doors: []community.Door{{Building: "828-12", Unit: "1", Room: "301"}, {Building: "828-12", Unit: "1", Room: "302"}}}
	r := read()
	if e := r.Entries[0]; e.Address == nil || !e.Address.Several || r.Open() != 1 {
		t.Fatalf("%+v", e)
	}
	answer(t, r, c, both)
	if r.Open() != 2 || r.Lines[0].Kind != Question || r.Entries[2].Questions[0].Code != AskEachHow {
		t.Errorf("two boards each or together is asked: %+v", r.Entries)
	}
	answer(t, r, c, Answer{Entry: 1, Wants: []Want{{"egg", 2}}})
	if r.Lines[0].Kind != Question {
		t.Errorf("the line's second door is still asked about: %+v", r.Lines[0])
	}
	answer(t, r, c, Answer{Entry: 3, Wants: []Want{{"egg", 1}}})
	want := "828-12/1-301 egg=2; 828-12/1-303 egg=1; 828-12/1-302 egg=1"
	if r.Open() != 0 || r.Lines[0].Kind != Wanted || wanted(r.Orders()) != want {
		t.Errorf("%d open, %q", r.Open(), wanted(r.Orders()))
	}
	next := read()
	if next.Inherit(r); next.Open() != 0 || wanted(next.Orders()) != want {
		t.Errorf("pasted again: %d open, %q", next.Open(), wanted(next.Orders()))
	}
	both.Wants = []Want{{"egg", 3}}
	r = read()
	if answer(t, r, c, both); r.Open() != 0 || wanted(r.Orders()[2:]) != "828-12/1-302 egg=3" {
		t.Errorf("doors and goods at once: %d open, %q", r.Open(), wanted(r.Orders()))
	}
}

func TestARepastedChainKeepsItsAnswers(t *testing.T) {
	c := context("lanes", "eggs")
	first := parse(t, "#接龙\n1. 12-301 小周 1板\n2. 小吴 1板\n3. 12-303 小郑 1板\n4. 12-304 小王 1板", c)
	answer(t, first, c, Answer{Entry: 2, Door: &community.Door{Building: "828-12", Unit: "1", Room: "302"}})
	next := parse(t, "#接龙\n1. 12-301 小周 1板\n2. 小吴 1板\n3. 12-303 小郑 2板\n4. 12-401 小李 1板", c)
	if next.Open() != 1 {
		t.Fatalf("%d open", next.Open())
	}
	next.Inherit(first)
	if got, want := wanted(next.Orders()), "828-12/1-301 egg=1; 828-12/1-302 egg=1; 828-12/1-303 egg=2; 828-12/1-401 egg=1"; next.Open() > 0 || got != want {
		t.Errorf("%d open, %q, want %q", next.Open(), got, want)
	}
}

// unlike lists the doors whose orders differ.
func unlike(before, after []Order) []community.Door {
	wants, doors := map[community.Door][]Want{}, []community.Door{}
	for _, o := range before {
		wants[o.Door] = o.Wants
	}
	for _, o := range after {
		if !sameWants(wants[o.Door], o.Wants) {
			doors = append(doors, o.Door)
		}
		delete(wants, o.Door)
	}
	for door, w := range wants {
		if len(w) > 0 {
			doors = append(doors, door)
		}
	}
	return doors
}

func TestNamesAreTakenFromWhatWasConfirmed(t *testing.T) {
	c := context("lanes", "eggs")
	c.Known = map[string]community.Door{"小周": {Building: "828-12", Unit: "1", Room: "301"}, "搬走": {Building: "99", Unit: "1", Room: "301"}}
	r := parse(t, "1. 小周 1板\n2. 搬走 1板\n3. 12栋 小周 1板", c)
	if e := r.Entries[0]; e.Door == nil || e.DoorFrom != "known" {
		t.Errorf("%+v", e)
	}
	if r.Entries[1].Door != nil {
		t.Error("a door that is gone was taken")
	}
	if e := r.Entries[2]; e.Door == nil || e.Door.String() != "828-12/1-301" {
		t.Errorf("building and name agree: %+v", e)
	}
	r = parse(t, "1. 小周 1板\n2. 7-301 小周 1板", c)
	if e := r.Entries[1]; e.Door == nil || e.Door.String() != "828-7/1-301" || e.DoorFrom != "address" {
		t.Errorf("the address is the plainer word: %+v", e)
	}
	if e := r.Entries[0]; e.Door != nil || e.Questions[0].Code != "ambiguous" || len(e.Questions[0].Doors) != 2 {
		t.Errorf("the name has two doors: %+v", e)
	}
}

func TestALongPasteIsRefusedWithItsLimit(t *testing.T) {
	_, err := Parse(strings.Repeat("1. 12-301 1板\n", 40000), context("lanes", "eggs"))
	f := fault.As(err)
	if f == nil || f.Code != "chain_too_long" || f.Params["limit"] != MaxLines {
		t.Errorf("%v %+v", err, f)
	}
	if _, err := Parse(strings.Repeat("长", MaxBytes), context("lanes", "eggs")); !fault.Is(err, "chain_too_long") {
		t.Errorf("one long line: %v", err)
	}
}

func TestReviewsSurviveJSON(t *testing.T) {
	c := context("lanes", "market")
	r := parse(t, "1. 12-301 小周 鸡蛋2\n2. 小吴 3份\n3. 12-301 小周 鸡蛋1", c)
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Review
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Review{r, &back} {
		answer(t, r, c, Answer{Entry: 3, Action: Add})
	}
	if !reflect.DeepEqual(back.Orders(), r.Orders()) {
		t.Errorf("%q, want %q", wanted(back.Orders()), wanted(r.Orders()))
	}
}

// TestFormatParsesBack posts orders of any doors, items and names and reads them back.
func TestFormatParsesBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := []string{"", "小周", "王五", "李梅", "Mary Ann", "鸡蛋姐", "B座小王", "退出", "3", "例", "12-301", "老 王", "#接龙", "小周改成", "一二三", "x", "（小）", "牛奶", "各家", "帮楼上"}
	notes := []string{"", "放门口", "不要了", "3份", "谢谢", "12-302", "）（", "破了两个", "各位好"}
	for place, compound := range compounds {
		for name, items := range offers {
			c := context(place, name)
			var orders []Order
			for i := range 40 {
				b := compound.Buildings[random.IntN(len(compound.Buildings))]
				doors := slices.Collect(b.Doors())
				o := Order{Door: doors[random.IntN(len(doors))], Name: names[i%len(names)], Note: notes[i%len(notes)]}
				for _, item := range items {
					if random.IntN(2) == 0 || len(items) == 1 {
						o.Wants = append(o.Wants, Want{item.ID, 1 + random.Int64N(30)})
					}
				}
				taken := slices.ContainsFunc(orders, func(x Order) bool { return x.Door == o.Door })
				if len(o.Wants) > 0 && !taken {
					orders = append(orders, o)
				}
			}
			text := Format("周四团 12号", orders, c)
			r := parse(t, text, c)
			if changes := unlike(orders, r.Orders()); len(changes) > 0 || r.Open() > 0 {
				t.Errorf("%s %s: %d open, %+v\n%s", place, name, r.Open(), changes, text)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	all := samples(f, "testdata/chains.txt")
	for i, s := range all {
		f.Add(s.text, i)
	}
	f.Fuzz(func(t *testing.T, text string, which int) {
		c := all[(which%len(all)+len(all))%len(all)].context
		r, err := Parse(text, c)
		if fault.Is(err, "chain_too_long") {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		accounted(t, text, r, c)
		orders := slices.DeleteFunc(r.Orders(), func(o Order) bool {
			return len(o.Wants) == 0 || slices.ContainsFunc(o.Wants, func(w Want) bool { return w.Quantity > MaxQuantity }) || c.Building != "" && o.Door.Building != c.Building
		})
		back := parse(t, Format("", orders, c), c)
		if changes := unlike(orders, back.Orders()); len(changes) > 0 {
			t.Fatalf("%q: %+v\n%s", text, changes, Format("", orders, c))
		}
	})
}

// accounted holds that no line is dropped and no entry says what the text does not.
func accounted(t *testing.T, text string, r *Review, c Context) {
	if len(r.Lines) != strings.Count(text, "\n")+1 {
		t.Fatalf("%q: %d lines", text, len(r.Lines))
	}
	for _, l := range r.Lines {
		isEntry := l.Kind == Wanted || l.Kind == Changed || l.Kind == Question
		if l.Kind == "" || isEntry != (l.Entry > 0) {
			t.Fatalf("%q: line %+v", text, l)
		}
	}
	for _, e := range r.Entries {
		joined := ""
		for _, p := range e.Parts {
			joined += p.Text
		}
		if joined != e.Text || (e.Kind == Question) != (len(e.Questions) > 0) || e.Door != nil && !c.Compound.Has(*e.Door) || e.Kind == Wanted && (e.Door == nil || len(e.Wants) == 0) {
			t.Fatalf("%q: entry %+v", text, e)
		}
	}
}

// longChain is a chain of n entries in mixed forms over the 22 buildings.
func longChain(n int) string {
	var b strings.Builder
	b.WriteString("#接龙\n鸡蛋30枚/板 35元 今晚20:00截止\n")
	forms := []string{"%d. %d-%d%02d 小周%d 1板\n", "%d、%d号楼%d%02d 小吴%d +2\n", "%d）%d号%d%02d室 王%d两板（放门口）\n", "%d. Bldg %d Rm %d%02d Sam%d x2\n"}
	for i := range n {
		fmt.Fprintf(&b, forms[i%len(forms)], i+1, i/60%23+1, i/4%15+1, i%4+1, i)
	}
	return b.String()
}

func BenchmarkParse2000Lines(b *testing.B) {
	text, c := longChain(2000), context("lanes", "eggs")
	for b.Loop() {
		if r, err := Parse(text, c); err != nil || len(r.Entries) < 2000 {
			b.Fatal(err)
		}
	}
}

func TestALongChainIsReadWhole(t *testing.T) {
	r := parse(t, longChain(1300), context("lanes", "eggs"))
	if len(r.Entries) != 1300 || r.Open() != 0 || len(r.Orders()) != 1300 {
		t.Errorf("%d entries, %d open, %d orders", len(r.Entries), r.Open(), len(r.Orders()))
	}
}
