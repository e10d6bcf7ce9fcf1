
# Hands the add-in to $First, and later to everybody. Run it in the folder of the two files.
# Once: Install-Module ExchangeOnlineManagement, O365CentralizedAddInDeployment
# You need the role Exchange Administrator for Outlook, and Global Administrator for Word and Excel.
$ErrorActionPreference = 'Stop'

# Outlook
Connect-ExchangeOnline -ShowBanner:$false
$bytes = [IO.File]::ReadAllBytes((Resolve-Path $OutlookFile))
New-App -OrganizationApp -FileData $bytes -ProvidedTo SpecificUsers -UserList $First -DefaultStateForUser AlwaysEnabled

# Word and Excel
Connect-OrganizationAddInService
New-OrganizationAddIn -ManifestPath (Resolve-Path $DocumentsFile) -Locale 'en-GB' -Members $First

# Later, for everybody:
#   Set-App -OrganizationApp -Identity $OutlookId -ProvidedTo Everyone
#   Set-OrganizationAddInAssignments -ProductId $DocumentsId -AssignToEveryone $true
# Another version of a file, with the same id:
#   Set-App -OrganizationApp -Identity $OutlookId -FileData ([IO.File]::ReadAllBytes((Resolve-Path $OutlookFile)))
#   Set-OrganizationAddIn -ProductId $DocumentsId -ManifestPath (Resolve-Path $DocumentsFile) -Locale 'en-GB'
