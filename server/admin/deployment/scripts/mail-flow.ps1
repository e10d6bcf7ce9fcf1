
# Ordinary mail to these domains does not leave the firm; Letterlock's notices do.
# Write your clients' domains here. The rule begins as a trial: it stops nothing and notes what it would stop.
$Domains = @('client.example')

# Once: Install-Module ExchangeOnlineManagement. You need the role Exchange Administrator.
$ErrorActionPreference = 'Stop'
Connect-ExchangeOnline -ShowBanner:$false
New-TransportRule -Name 'Letterlock: only notices to these clients' -Mode Audit `
    -FromScope InOrganization -RecipientDomainIs $Domains `
    -ExceptIfHeaderMatchesMessageHeader $Header -ExceptIfHeaderMatchesPatterns '.' `
    -RejectMessageEnhancedStatusCode '5.7.1' `
    -RejectMessageReasonText 'This client gets letters through Letterlock. Nothing has left the firm: open a new message, press Letterlock and write it there.'

# Once the trial shows what you want:
#   Set-TransportRule 'Letterlock: only notices to these clients' -Mode Enforce
