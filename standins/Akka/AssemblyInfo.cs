using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Akka.TestKit")]
[assembly: InternalsVisibleTo("Akka.Hosting")]
