package db

// Doc is embedded by every document.
type Doc struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	Schema int    `json:"schema,omitempty"`
}
