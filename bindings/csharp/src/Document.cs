using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Xml;

namespace Alioss
{
    /// <summary>
    /// An XML document of the service, for operations that have no class of their own: read one with <see cref="Parse"/>,
    /// send it as the body of <see cref="Bucket.Invoke"/>. Elements are named by their path, such as
    /// "Rule[0].Expiration.Days", the root not named; without an index the first is meant. One thread at a time.
    /// </summary>
    public sealed class Document
    {
        private readonly XmlDocument document;

        /// <summary>A new document whose root is called <paramref name="root"/>, such as "LifecycleConfiguration".</summary>
        /// <exception cref="ArgumentNullException"><paramref name="root"/> is null.</exception>
        /// <exception cref="OssException">It is not a name of an element.</exception>
        public Document(string root)
        {
            document = New();
            document.AppendChild(document.CreateElement(Name(root ?? throw new ArgumentNullException(nameof(root)))));
        }

        private Document(XmlDocument document)
        {
            this.document = document;
        }

        /// <summary>Name of the root.</summary>
        public string RootName => Root.LocalName;

        internal XmlElement Root => document.DocumentElement!;

        /// <summary>Reads a document, such as <see cref="OssResponse.Body"/>.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="xml"/> is null.</exception>
        /// <exception cref="OssException">It is not a document: <see cref="OssStatus.BadResponse"/>.</exception>
        public static Document Parse(byte[] xml)
        {
            var parsed = New();
            var settings = new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                NameTable = parsed.NameTable,
            };
            try
            {
                using (var stream = new MemoryStream(xml ?? throw new ArgumentNullException(nameof(xml))))
                using (var reader = XmlReader.Create(stream, settings))
                {
                    parsed.Load(reader);
                }
            }
            catch (XmlException exception)
            {
                throw OssException.Plain((int)OssStatus.BadResponse, "not an XML document: " + exception.Message);
            }
            return new Document(parsed);
        }

        /// <summary>
        /// The text of the element at <paramref name="path"/>; "" if it holds only other elements, null if there is none.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        /// <exception cref="OssException">It is not a path.</exception>
        public string? Get(string path)
        {
            var element = Find(path, false);
            return element == null ? null : TextOf(element);
        }

        /// <summary>
        /// Sets the text of the element at <paramref name="path"/>, in place of all that it holds. Missing elements are made;
        /// an index may be one after the last.
        /// </summary>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        /// <exception cref="OssException">It is not a path, or not a text that XML can hold.</exception>
        public void Set(string path, string value)
        {
            if (!CanHold(value ?? throw new ArgumentNullException(nameof(value))))
            {
                throw CannotHold(path);
            }
            var element = Find(path, true)!;
            element.RemoveAll();
            element.AppendChild(document.CreateTextNode(value));
        }

        /// <summary>How many elements have the last name of <paramref name="path"/>.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        /// <exception cref="OssException">It is not a path.</exception>
        public int Count(string path)
        {
            int dot = (path ?? throw new ArgumentNullException(nameof(path))).LastIndexOf('.');
            var parent = Find(dot < 0 ? "" : path.Substring(0, dot), false);
            string name = Step.Parse(path.Substring(dot + 1)).Name;
            int count = 0;
            while (parent != null && Child(parent, name, count) != null)
            {
                count++;
            }
            return count;
        }

        /// <summary>Takes the element at <paramref name="path"/> out; whether there was one.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        /// <exception cref="OssException">It is not a path.</exception>
        public bool Remove(string path)
        {
            var element = Find(path, false);
            if (element == null || element == Root)
            {
                return false;
            }
            element.ParentNode!.RemoveChild(element);
            return true;
        }

        /// <summary>The document as UTF-8, to be sent.</summary>
        public byte[] ToBytes()
        {
            var stream = new MemoryStream();
            using (var writer = XmlWriter.Create(stream, Written(false)))
            {
                document.Save(writer);
            }
            return stream.ToArray();
        }

        /// <summary>The document as text.</summary>
        public override string ToString()
        {
            var text = new StringBuilder();
            using (var writer = XmlWriter.Create(text, Written(true)))
            {
                Root.WriteTo(writer);
            }
            return text.ToString();
        }

        /// <summary>
        /// How documents are written. A carriage return has to be a reference: who reads takes a plain one for a line feed.
        /// </summary>
        private static XmlWriterSettings Written(bool bare) => new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(false),
            NewLineHandling = NewLineHandling.Entitize,
            OmitXmlDeclaration = bare,
        };

        /// <summary>What stands right inside an element, without the blanks that only indent its children.</summary>
        internal static string TextOf(XmlElement element)
        {
            var text = new StringBuilder();
            bool isBlank = true;
            bool hasChildren = false;
            for (XmlNode? node = element.FirstChild; node != null; node = node.NextSibling)
            {
                bool isSpace = node is XmlWhitespace || node is XmlSignificantWhitespace;
                if (isSpace || node is XmlText || node is XmlCDataSection)
                {
                    text.Append(node.Value);
                    isBlank &= isSpace;
                }
                hasChildren |= node is XmlElement;
            }
            return hasChildren && isBlank ? "" : text.ToString();
        }

        /// <summary>Child number <paramref name="index"/> of those with a name, null if there are not so many.</summary>
        internal static XmlElement? Child(XmlElement parent, string name, int index)
        {
            for (XmlNode? node = parent.FirstChild; node != null; node = node.NextSibling)
            {
                if (node is XmlElement && node.LocalName == name && index-- == 0)
                {
                    return (XmlElement)node;
                }
            }
            return null;
        }

        internal static XmlElement Append(XmlElement parent, string name) =>
            (XmlElement)parent.AppendChild(parent.OwnerDocument.CreateElement(name))!;

        /// <summary>Whether XML can hold a text.</summary>
        internal static bool CanHold(string text)
        {
            try
            {
                XmlConvert.VerifyXmlChars(text);
                return true;
            }
            catch (XmlException)
            {
                return false;
            }
        }

        /// <summary>The exception for the text of the element at <paramref name="path"/>, which XML cannot hold.</summary>
        internal static Exception CannotHold(string path) => OssException.Invalid(
            $"`{path}` holds a character that XML cannot, such as a control character or half of a surrogate pair");

        private static XmlDocument New() => new XmlDocument(new Names())
        {
            XmlResolver = null,
            PreserveWhitespace = true,
        };

        private static string Name(string name)
        {
            try
            {
                return XmlConvert.VerifyNCName(name);
            }
            catch (Exception exception) when (exception is XmlException || exception is ArgumentException)
            {
                throw OssException.Invalid($"`{name}` is not a name of an element");
            }
        }

        private XmlElement? Find(string path, bool make)
        {
            XmlElement element = Root;
            if ((path ?? throw new ArgumentNullException(nameof(path))).Length == 0)
            {
                return element;
            }
            XmlElement? made = null;
            foreach (Step step in Array.ConvertAll(path.Split('.'), Step.Parse))
            {
                var child = Child(element, step.Name, step.Index);
                if (child == null && !make)
                {
                    return null;
                }
                if (child == null && step.Index > 0 && Child(element, step.Name, step.Index - 1) == null)
                {
                    made?.ParentNode!.RemoveChild(made);
                    throw OssException.Invalid($"`{path}`: index {step.Index} is more than one after the last");
                }
                element = child ?? Append(element, step.Name);
                made = made ?? (child == null ? element : null);
            }
            return element;
        }

        /// <summary>
        /// The names of a document. The runtime's own table wants a random number, for which .NET Core 3.1 loads OpenSSL and
        /// ends the process where it finds only a newer one.
        /// </summary>
        private sealed class Names : XmlNameTable
        {
            private readonly Dictionary<string, string> all = new Dictionary<string, string>();

            public override string Add(string name)
            {
                string? known = Get(name);
                return known ?? (all[name] = name);
            }

            public override string Add(char[] array, int offset, int length) => Add(new string(array, offset, length));

            public override string? Get(string name)
            {
                string? known;
                return all.TryGetValue(name, out known) ? known : null;
            }

            public override string? Get(char[] array, int offset, int length) => Get(new string(array, offset, length));
        }

        /// <summary>A part of a path: a name and perhaps an index.</summary>
        private struct Step
        {
            internal string Name;
            internal int Index;

            internal static Step Parse(string text)
            {
                int open = text.IndexOf('[');
                if (open < 0)
                {
                    return new Step { Name = Document.Name(text) };
                }
                int index = 0;
                if (!text.EndsWith("]", StringComparison.Ordinal) || !int.TryParse(
                    text.Substring(open + 1, text.Length - open - 2),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out index))
                {
                    throw OssException.Invalid($"`{text}` is not a part of a path");
                }
                return new Step { Name = Document.Name(text.Substring(0, open)), Index = index };
            }
        }
    }
}
