using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("ActorBrowser.Actors")]
[assembly: InternalsVisibleTo("ActorBrowser.ChildEntrypoints")]
[assembly: InternalsVisibleTo("actorbrowser")]
[assembly: InternalsVisibleTo("actorbrowser-testchild")]
[assembly: InternalsVisibleTo("Actors.Tests")]
[assembly: InternalsVisibleTo("Transport.Tests")]
[assembly: InternalsVisibleTo("Tabs.Tests")]
