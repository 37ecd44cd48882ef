//go:build unix

package db

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

// aloneness knows whether this process is the only one that has the store open;
// then what it has cached is what is stored, and needs no look at the file.
//
// The first process locks a file exclusively. One that comes later leaves a knock
// beside it and waits until the first, which listens for it, shares the lock. It
// goes on sharing until it ends, so nobody ever writes while another believes to be alone.
type aloneness struct {
	dir    string
	file   *os.File
	really atomic.Bool
}

const (
	lockFile   = "baimi.lock"
	knockFile  = "baimi.knock"
	knockEvery = 20 * time.Millisecond
	knockFor   = 10 * time.Second
)

func beAlone(dir string) (*aloneness, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	a := &aloneness{dir: dir, file: file}
	if err := a.lock(syscall.LOCK_EX | syscall.LOCK_NB); err == nil {
		a.really.Store(true)
		return a, removeIfThere(a.knock())
	}
	for start := time.Now(); ; time.Sleep(knockEvery) {
		err := a.lock(syscall.LOCK_SH | syscall.LOCK_NB)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) || time.Since(start) > knockFor {
			return a, err
		}
		if err := os.WriteFile(a.knock(), nil, 0o600); err != nil {
			return a, err
		}
	}
}

func (a *aloneness) knock() string { return filepath.Join(a.dir, knockFile) }

func (a *aloneness) lock(how int) error { return syscall.Flock(int(a.file.Fd()), how) }

// listen lets others in that have knocked.
func (a *aloneness) listen() {
	if !a.really.Load() {
		return
	}
	if _, err := os.Lstat(a.knock()); err != nil {
		return
	}
	a.really.Store(false)
	_ = a.lock(syscall.LOCK_SH) // who knocked tries again until it succeeds
}

func (a *aloneness) close() error { return a.file.Close() }
