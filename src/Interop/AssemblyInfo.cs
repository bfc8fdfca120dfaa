using System.Runtime.CompilerServices;

[assembly: DisableRuntimeMarshalling]
[assembly: InternalsVisibleTo("Transport.Tests")]
[assembly: InternalsVisibleTo("Processes.Tests")]
