
# Lets Letterlock send from this one mailbox, and from no other. It can take two hours to hold.
# Once: Install-Module ExchangeOnlineManagement, Microsoft.Graph.Applications
# You need the role Exchange Administrator.
$ErrorActionPreference = 'Stop'
Connect-MgGraph -NoWelcome -TenantId $Tenant -Scopes 'Application.Read.All'
$enterprise = Get-MgServicePrincipal -Filter "appId eq '$ClientId'"
if (-not $enterprise) { throw "There is no enterprise application with the id $ClientId in this tenant. Nothing was changed." }
Connect-ExchangeOnline -ShowBanner:$false

New-ServicePrincipal -AppId $ClientId -ObjectId $enterprise.Id -DisplayName 'Letterlock'
New-ManagementScope -Name 'Letterlock mailbox' -RecipientRestrictionFilter "PrimarySmtpAddress -eq '$($Mailbox.Replace("'", "''"))'"
New-ManagementRoleAssignment -App $ClientId -Role 'Application Mail.Send' -CustomResourceScope 'Letterlock mailbox'
Test-ServicePrincipalAuthorization -Identity $ClientId -Resource $Mailbox
