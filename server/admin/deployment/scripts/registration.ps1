
# Registers Letterlock in your tenant, gives consent for everybody in it, and prints what the server needs.
# Once: Install-Module Microsoft.Graph.Applications, Microsoft.Graph.Identity.SignIns
# You need the role Privileged Role Administrator or Global Administrator: consent is asked of nobody else.
$ErrorActionPreference = 'Stop'
Connect-MgGraph -NoWelcome -TenantId $Tenant -Scopes 'Application.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All'
if (Get-MgApplication -Filter "displayName eq '$($Name.Replace("'", "''"))'") {
    throw "There is an application called $Name already. Nothing was changed: look at it in Entra, under App registrations."
}

$graph = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
$wanted = @($graph.Oauth2PermissionScopes | Where-Object { $Permissions -contains $_.Value })
$scope = [guid]::NewGuid()
$api = @{
    RequestedAccessTokenVersion = 2
    Oauth2PermissionScopes = @(@{
        Id = $scope; Value = 'access_as_user'; Type = 'User'; IsEnabled = $true
        AdminConsentDisplayName = 'Use Letterlock'
        AdminConsentDescription = 'The pane may call Letterlock as the person who is signed in.'
        UserConsentDisplayName = 'Use Letterlock'
        UserConsentDescription = 'The pane may call Letterlock as you.'
    })
}
$app = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMyOrg' -Api $api `
    -Spa @{ RedirectUris = $Redirects } -Web @{ RedirectUris = $WebRedirects } `
    -OptionalClaims @{ IdToken = @(@{ Name = 'auth_time'; Essential = $false }) } `
    -RequiredResourceAccess @(@{
        ResourceAppId = $graph.AppId
        ResourceAccess = @($wanted | ForEach-Object { @{ Id = $_.Id; Type = 'Scope' } })
    })
$api.PreAuthorizedApplications = @(@{ AppId = $app.AppId; DelegatedPermissionIds = @("$scope") })
Update-MgApplication -ApplicationId $app.Id -IdentifierUris @("api://$($app.AppId)")
Update-MgApplication -ApplicationId $app.Id -Api $api

$enterprise = New-MgServicePrincipal -AppId $app.AppId
New-MgOauth2PermissionGrant -ClientId $enterprise.Id -ConsentType 'AllPrincipals' -ResourceId $graph.Id `
    -Scope (@('openid', 'profile', 'offline_access') + $Permissions -join ' ') | Out-Null
$secret = Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential @{
    DisplayName = 'Letterlock server'; EndDateTime = (Get-Date).AddMonths(12)
}

Write-Output "LETTERLOCK_CLIENT_ID='$($app.AppId)'"
Write-Output "LETTERLOCK_CLIENT_SECRET='$($secret.SecretText)'"
Write-Output "The secret is shown this once and runs out on $($secret.EndDateTime)."
Write-Output "Object ID of the enterprise application, for the mailbox: $($enterprise.Id)"
