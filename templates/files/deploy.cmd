@echo off
rem Deploys the Web Deploy package that lies beside this script. /? shows how.
rem The package and its parameters are found by the name of the script: NAME.deploy.cmd
rem deploys NAME.zip, or the folder NAME when the package is one. Ends with the exit code of
rem msdeploy.exe, or with 2 when it was not run.
setlocal EnableExtensions DisableDelayedExpansion

set "_folder=%~dp0"
set "_name=%~n0"
if /i "%_name:~-7%"==".deploy" set "_name=%_name:~0,-7%"
set "_package=%_folder%%_name%.zip"
set "_provider=package"
if not exist "%_package%" if exist "%_folder%%_name%\archive.xml" set "_provider=archiveDir" & set "_package=%_folder%%_name%"
set "_readme=%_folder%%_name%.deploy-readme.txt"
set "_parameters=%_DeploySetParametersFile%"
if not defined _parameters set "_parameters=%_folder%%_name%.SetParameters.xml"

set "_mode="
set "_express="
set "_computer="
set "_user="
set "_password="
set "_shown="
set "_authtype="
set "_encrypt="
set "_acls=False"
set "_agent="
set "_further="

:argument
if "%~1"=="" goto arguments_read
set "_argument=%~1"
set "_flag=%_argument:~0,3%"
set "_value=%_argument:~3%"
shift
if /i "%_argument%"=="/?" goto help
if /i "%_argument%"=="/T" set "_mode=trial" & goto argument
if /i "%_argument%"=="/Y" set "_mode=deploy" & goto argument
if /i "%_argument%"=="/L" set "_express=yes" & goto argument
if /i "%_flag%"=="/M:" set "_computer=%_value%" & goto argument
if /i "%_flag%"=="/U:" set "_user=%_value%" & goto argument
if /i "%_flag%"=="/P:" set "_password=%_value%" & goto argument
if /i "%_flag%"=="/A:" set "_authtype=%_value%" & goto argument
if /i "%_flag%"=="/E:" set "_encrypt=%_value%" & goto argument
if /i "%_flag%"=="/I:" set "_acls=%_value%" & goto argument
if /i "%_flag%"=="/G:" set "_agent=%_value%" & goto argument
rem Anything else is for msdeploy.exe, in quotes when the command line would take it apart.
set "_parts="
for /f "tokens=2 delims=&,;=()|<>^ " %%p in ("%_argument%") do set "_parts=yes"
if defined _parts (set _further=%_further% "%_argument%") else (set _further=%_further% %_argument%)
goto argument

:arguments_read
set "_problem=Say /T to try the deployment, or /Y to deploy."
if not defined _mode goto misuse

set "_program=%MSDeployPath%"
if not defined _program call :find_msdeploy
if not defined _program set "_program=%ProgramFiles%\IIS\Microsoft Web Deploy V3\"
if not "%_program:~-1%"=="\" set "_program=%_program%\"
set "_program=%_program%msdeploy.exe"
set "_problem=msdeploy.exe was not found. Install Web Deploy, or set MSDeployPath to its folder."
if not exist "%_program%" goto misuse
set _problem="%_package%" does not exist. It must lie beside this script.
if not exist "%_package%" goto misuse

rem Single quotes do not keep the command line from taking a path apart, nor a quote inside it.
set "_quote='"
for /f "tokens=2 delims='&^" %%p in ("x%_package%x") do set _quote="
set _target=-dest:auto
if defined _computer set _target=%_target%,computerName="%_computer%"
if defined _user set _target=%_target%,userName="%_user%"
set _shown=%_target%
if defined _password set _target=%_target%,password="%_password%"
if defined _password set _shown=%_shown%,password="***"
set "_rest="
if defined _authtype set _rest=%_rest%,authtype="%_authtype%"
if defined _encrypt set _rest=%_rest%,encryptPassword="%_encrypt%"
if defined _acls set _rest=%_rest%,includeAcls="%_acls%"
if defined _agent set _rest=%_rest%,tempAgent="%_agent%"

set _flags=-verb:sync -disableLink:AppPoolExtension -disableLink:ContentExtension -disableLink:CertificateExtension
if exist "%_parameters%" (
  echo Parameters: "%_parameters%"
  set _flags=%_flags% -setParamFile:"%_parameters%"
) else (
  echo Parameters: those of the package, "%_parameters%" does not exist
)
if defined _MsDeployAdditionalFlags set _flags=%_flags% %_MsDeployAdditionalFlags%
if "%_mode%"=="trial" set _flags=%_flags% -whatif
if not defined _express goto run
call :find_express
set "_problem=IIS Express was not found."
if not defined _express_folder goto misuse
set _flags=%_flags% -appHostConfigDir:"%_documents%\IISExpress\config" -WebServerDir:"%_express_folder%" -webServerManifest:"%_express_manifest%"

:run
set _flags=%_flags%%_further%
echo "%_program%" -source:%_provider%=%_quote%%_package%%_quote% %_shown%%_rest% %_flags%
"%_program%" -source:%_provider%=%_quote%%_package%%_quote% %_target%%_rest% %_flags%
set "_code=%errorlevel%"
if not "%_code%"=="0" echo msdeploy.exe failed with exit code %_code%.
exit /b %_code%

:find_msdeploy
rem The keys are named by version: the last one is the latest.
for /f "tokens=1,2*" %%a in ('reg query "HKLM\SOFTWARE\Microsoft\IIS Extensions\MSDeploy" /s 2^>nul') do if /i "%%a"=="InstallPath" set "_program=%%c"
exit /b 0

:find_express
set "_express_folder="
set "_express_manifest="
set "_documents=%USERPROFILE%\Documents"
for %%k in ("HKLM\SOFTWARE\Microsoft\IISExpress" "HKLM\SOFTWARE\Wow6432Node\Microsoft\IISExpress") do (
  for /f "tokens=1,2*" %%a in ('reg query %%k /s 2^>nul') do (
    if /i "%%a"=="InstallPath" set "_express_folder=%%c"
    if /i "%%a"=="Manifest" set "_express_manifest=%%c"
  )
)
if not defined _express_folder exit /b 0
rem A backslash before the closing quote would escape it.
if "%_express_folder:~-1%"=="\" set "_express_folder=%_express_folder:~0,-1%"
for /f "tokens=1,2*" %%a in ('reg query "HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders" /v Personal 2^>nul') do if /i "%%a"=="Personal" set "_documents=%%c"
exit /b 0

:help
set "_code=0"
goto usage

:misuse
set "_code=2"

:usage
if exist "%_readme%" (
  type "%_readme%"
) else (
  echo Usage: "%~nx0" /T or /Y [/M:computer or URL] [/U:user] [/P:password] [/A:Basic or NTLM]
  echo   [/E:encryptPassword] [/G:True or False] [/I:True or False] [/L] [flags of msdeploy.exe]
)
if not "%_code%"=="0" (
  echo.
  echo %_problem%
)
exit /b %_code%
