package orders

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func upload(file, text string) map[string]any {
	return map[string]any{"file": file, "content": base64.StdEncoding.EncodeToString([]byte(text))}
}

func TestAnExportedSheetGoesTheWayOfAChain(t *testing.T) {
	s := newStreet(t)
	i := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/sheets", upload("团.csv", "收货人,联系电话,楼号,房号,商品,数量\n小周,13800000000,3,301,鸡蛋,2\n小周,13800000000,3,301,青菜,1\n小吴,,3,304,鸡蛋,1\n小吴,,3,304,鸡蛋,1\n"))
	if i.Source != "sheet" || i.File != "团.csv" || i.Open != 1 || i.Review.Entries[2].Questions[0].Code != "again" {
		t.Fatalf("%+v", i)
	}
	path := "/group-buys/g1/imports/" + i.ID
	must[Answered](t, s.site, "lin", "POST "+path+"/answers", map[string]any{"answers": []map[string]any{{"entry": 3, "action": "ignore"}}})
	must[ImportView](t, s.site, "lin", "POST "+path+"/confirm", map[string]any{})
	if got := s.ordered(t); got != "302 eggs=2; 301 eggs=2 greens=1; 304 eggs=1" {
		t.Errorf("ordered %q", got)
	}

	status, _, raw := s.ask(t, "lin", "GET /group-buys/g1/sheets?by=building&language=en", "")
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if status != 200 || err != nil {
		t.Fatal(status, err)
	}
	defer f.Close()
	rows, _ := f.GetRows(f.GetSheetName(1))
	if got := strings.Join(rows[2], "|"); !strings.HasPrefix(got, "Bldg 3|301|小周|138****0000|2|1|3|☐") {
		t.Errorf("the first door of the sheet: %q", got)
	}
}

func TestSheetsAreForWhoLeadsTheRound(t *testing.T) {
	s := newStreet(t)
	const none = `{"file":"x.csv","content":"eA=="}`
	s.run(t, []scenario{
		{"nobody uploads", "", "POST /group-buys/g1/sheets", none, 401, "sign_in"},
		{"a resident does not", "sam", "POST /group-buys/g1/sheets", none, 403, "role_needed"},
		{"another leader finds no round", "chen", "POST /group-buys/g1/sheets", none, 404, "not_found"},
		{"a resident downloads nothing", "sam", "GET /group-buys/g1/sheets", "", 403, "role_needed"},
		{"another leader downloads nothing", "chen", "GET /group-buys/g1/sheets", "", 404, "not_found"},
		{"missing columns are named", "lin", "POST /group-buys/g1/sheets", none, 422, "sheet_columns"},
		{"a picture is refused", "lin", "POST /group-buys/g1/sheets", `{"file":"x.png","content":"iVBORwAA"}`, 422, "sheet_unreadable"},
		{"an unknown layout is refused", "lin", "GET /group-buys/g1/sheets?by=floor", "", 422, "invalid_input"},
	})
}
