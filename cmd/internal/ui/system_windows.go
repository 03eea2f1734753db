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

// systemExec is nil: Windows cannot replace a process.
var systemExec func(path string, arguments, environment []string) error
