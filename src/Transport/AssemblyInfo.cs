using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Transport.Tests")]
