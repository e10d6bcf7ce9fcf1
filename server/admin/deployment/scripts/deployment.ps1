
# Hands the add-in to $First, and later to everybody. Run it in the folder of the two files, on Windows.
# Once: Install-Module ExchangeOnlineManagement, O365CentralizedAddInDeployment
# You need the role Exchange Administrator for Outlook, and Global Administrator for Word and Excel.
$ErrorActionPreference = 'Stop'

# Outlook
Connect-ExchangeOnline -ShowBanner:$false
$bytes = [IO.File]::ReadAllBytes((Resolve-Path $OutlookFile))
New-App -OrganizationApp -FileData $bytes -AllowReadWriteMailbox -ProvidedTo SpecificUsers -UserList $First -DefaultStateForUser AlwaysEnabled

# Word and Excel
Connect-OrganizationAddInService
New-OrganizationAddIn -ManifestPath (Resolve-Path $DocumentsFile) -Locale 'en-GB' -Members $First

# Later, for everybody:
#   Set-App -OrganizationApp -Identity $OutlookId -ProvidedTo Everyone
#   Set-OrganizationAddInAssignments -ProductId $DocumentsId -AssignToEveryone $true
# Another version: for Outlook the line with New-App again (where it is refused, first
# Remove-App -OrganizationApp -Identity $OutlookId); for Word and Excel
#   Set-OrganizationAddIn -ProductId $DocumentsId -ManifestPath (Resolve-Path $DocumentsFile) -Locale 'en-GB'
