package db

import (
	"context"
	"testing"
	"time"
)

func TestAWholeIndexInOrder(t *testing.T) {
	type doc struct {
		Doc
		At time.Time `json:"at"`
	}
	ctx := context.Background()
	c, err := Connect(ctx, "sqlite:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	docs := Open[doc](c, Spec{Name: "x", Indexes: []Index{On("at")}})
	for i, id := range []string{"b", "a"} {
		if _, err := docs.Insert(ctx, doc{Doc: Doc{ID: id}, At: time.Unix(int64(i), 0)}); err != nil {
			t.Fatal(err)
		}
	}
	for name, q := range map[string]Query{"ascending": Query{}.Order("at"), "descending": Query{}.Desc("at"), "limited": Query{}.Desc("at").Limit(50)} {
		all, err := All(docs.Find(ctx, q))
		if err != nil || len(all) != 2 {
			t.Errorf("%s: %d documents, %v", name, len(all), err)
		}
	}
}
