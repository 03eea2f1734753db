//go:build race

package qr_test

func init() { isRaced = true }
