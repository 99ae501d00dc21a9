; Inno Setup's recipe of an installer for Windows. Run on Windows, after `python bootstrap.py build`:
;   iscc /DVersion=0.1.0 appbuild\data\diffbgm-studio.iss
#ifndef Version
  #error Give the version: iscc /DVersion=X.Y.Z
#endif
[Setup]
AppId=studio.diffbgm.DiffBgmStudio
AppName=Diff-BGM Studio
AppVersion={#Version}
AppPublisher=Diff-BGM Studio contributors
DefaultDirName={autopf}\Diff-BGM Studio
DefaultGroupName=Diff-BGM Studio
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
LicenseFile=..\..\LICENSE
SourceDir=..\..\dist\diffbgm-studio
OutputDir=..
OutputBaseFilename=diffbgm-studio-{#Version}-setup
Compression=lzma2

[Files]
Source: "*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Diff-BGM Studio"; Filename: "{app}\diffbgm-studio.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\.dbgm"; ValueType: string; ValueData: "DiffBgmStudio.Project"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\DiffBgmStudio.Project"; ValueType: string; ValueData: "Diff-BGM Studio project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\DiffBgmStudio.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\diffbgm-studio.exe,0"
Root: HKA; Subkey: "Software\Classes\DiffBgmStudio.Project\shell\open\command"; ValueType: string; ValueData: """{app}\diffbgm-studio.exe"" ""%1"""
