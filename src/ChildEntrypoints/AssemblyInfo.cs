using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Network.Tests")]
[assembly: InternalsVisibleTo("Tabs.Tests")]
[assembly: InternalsVisibleTo("ActorBrowser.Bench")]
