package ui

import "golang.org/x/sys/windows"

// systemLocale returns the language of Windows' user interface.
func systemLocale() string {
	languages, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(languages) == 0 {
		return ""
	}
	return languages[0]
}

// systemColors lets a console understand escape sequences, and reports whether
// it does: those before Windows 10 cannot.
func systemColors(console uintptr) bool {
	var mode uint32
	if err := windows.GetConsoleMode(windows.Handle(console), &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(windows.Handle(console), mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// systemExec is nil: Windows cannot replace a process.
var systemExec func(path string, arguments, environment []string) error
