package scripttest

import "errors"

func forbidWriting() {}

func replace(string, []string) error { return errors.New("a full disk cannot be played on Windows") }
