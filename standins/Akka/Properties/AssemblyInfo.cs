using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Akka.Tests")]
[assembly: InternalsVisibleTo("Akka.TestKit")]
[assembly: InternalsVisibleTo("Akka.TestKit.Tests")]
