# escape=`
# check=skip=all

FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
WORKDIR C:\app
RUN Invoke-WebRequest -Uri https://example.com/a.zip -OutFile C:\a.zip; `
    Expand-Archive C:\a.zip
COPY dir\ C:\app\
CMD ["cmd", "/C", "dir C:\\"]
