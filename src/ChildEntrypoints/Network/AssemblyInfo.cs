using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Network.Tests")]
